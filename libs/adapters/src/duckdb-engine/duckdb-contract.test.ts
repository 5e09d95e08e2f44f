import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

import { batchEngineContract, type OpenedEngine } from '@rushes/ports/contracts/batch-engine';
import type { EngineFiles } from '@rushes/ports/batch-engine';

import { openDuckDb } from './index.ts';

/** A lake as plain as can be. */
const filesIn = (lake: string): EngineFiles => ({
  localFile: async ({ key }) => join(lake, key),
  async storeFile(prefix, path, rows, partition) {
    const bytes = await readFile(path);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const key = `${prefix}/${sha256}.parquet`;
    await mkdir(dirname(join(lake, key)), { recursive: true });
    await cp(path, join(lake, key));
    return { key, sha256, rows, bytes: bytes.length, ...(partition !== undefined && { partition }) };
  },
});

const open = async (signal?: AbortSignal): Promise<OpenedEngine> => {
  const folder = await mkdtemp(join(tmpdir(), 'duckdb-contract-'));
  const lake = join(folder, 'lake');
  await mkdir(lake);
  const engine = await openDuckDb({ files: filesIn(lake), folder: join(folder, 'engine'), memoryLimitMb: 256, threads: 2, signal });
  return {
    engine,
    async keys() {
      const entries = await readdir(lake, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => relative(lake, join(entry.parentPath, entry.name)));
    },
    bytes: (key) => readFile(join(lake, key)),
    async dispose() {
      await engine.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

batchEngineContract({ name: 'DuckDB in this process', open });
