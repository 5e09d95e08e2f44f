/** Tables of gold whose rows are not stored: computed by their models from what is. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openDuckDb } from '@rushes/lake';
import type { ObjectStore } from '@rushes/ports';
import type { Manifest } from '@rushes/ports/manifest';

/** They read tables of silver alone. */
export const COMPUTED_TABLES = ['gold.credits', 'gold.crew_credits', 'gold.title_names'] as const;

export const isComputed = (table: string): boolean => COMPUTED_TABLES.some((name) => name === table);

/** The path of a new Parquet file with the rows of a computed table. */
export const writeComputed = async (folder: string, objects: ObjectStore, { tables }: Manifest, table: string): Promise<string> => {
  const engine = await openDuckDb({ memoryLimitMb: 256, threads: 2, tempFolder: join(folder, 'spill') });
  try {
    for (const { name, columns, files } of tables) {
      if (!name.startsWith('silver.')) continue;
      const paths: string[] = [];
      for (const { key, sha256 } of files) {
        const path = join(folder, `${sha256}.parquet`);
        await objects.getFile(key, path);
        paths.push(path);
      }
      await engine.defineTable(name, columns, paths);
    }
    for (const name of COMPUTED_TABLES)
      await engine.defineView(
        name,
        await readFile(new URL(`../../layers/batch/sql/${name.replace('.', '/')}.sql`, import.meta.url), 'utf8'),
      );
    const path = join(folder, `${table}.parquet`);
    await engine.writeParquet(`SELECT * FROM ${table}`, path);
    return path;
  } finally {
    await engine.close();
  }
};
