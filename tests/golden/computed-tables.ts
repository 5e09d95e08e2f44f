/** Tables of gold whose rows are not stored: computed by their models from what is. */
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

import { openDuckDb } from '@rushes/adapters/duckdb-engine';
import type { ObjectStore } from '@rushes/ports';
import type { EngineFiles } from '@rushes/ports/batch-engine';
import type { Manifest } from '@rushes/ports/manifest';

/** They read tables of silver alone. */
export const COMPUTED_TABLES = ['gold.credits', 'gold.crew_credits', 'gold.title_names'] as const;

export const isComputed = (table: string): boolean => COMPUTED_TABLES.some((name) => name === table);

/** The path of a new Parquet file with the rows of a computed table. */
export const writeComputed = async (folder: string, objects: ObjectStore, { tables }: Manifest, table: string): Promise<string> => {
  const path = join(folder, `${table}.parquet`);
  const files: EngineFiles = {
    async localFile({ key, sha256 }) {
      const copy = join(folder, `${sha256}.parquet`);
      await objects.getFile(key, copy);
      return copy;
    },
    async storeFile(key, draft, rows) {
      await rename(draft, path);
      return { key, sha256: '', rows, bytes: 0 };
    },
  };
  const engine = await openDuckDb({ files, memoryLimitMb: 256, threads: 2, folder: join(folder, 'engine') });
  try {
    for (const silver of tables.filter(({ name }) => name.startsWith('silver.'))) await engine.defineTable(silver);
    for (const name of COMPUTED_TABLES)
      await engine.defineView(
        name,
        await readFile(new URL(`../../layers/batch/sql/${name.replace('.', '/')}.sql`, import.meta.url), 'utf8'),
      );
    const draft = await engine.write({ table, select: `SELECT * FROM ${table}` });
    await draft.keep(table);
    return path;
  } finally {
    await engine.close();
  }
};
