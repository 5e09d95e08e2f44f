import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckDb } from '@rushes/adapters/duckdb-engine';
import { openLake } from '@rushes/lake';
import { silentLogger, silentProgress } from '@rushes/runtime';
import type { RunContext } from '../src/context/run-context.ts';
import { memoryObjectStore } from './memory-object-store.ts';

/** A context over a lake in memory and a real engine, with a folder that goes away at the end. */
export const openRunContext = async (): Promise<RunContext & { readonly folder: string; close(): Promise<void> }> => {
  const folder = await mkdtemp(join(tmpdir(), 'rushes-batch-'));
  const lake = openLake(memoryObjectStore(), folder);
  const engine = await openDuckDb({ files: lake, memoryLimitMb: 256, threads: 2, folder: join(folder, 'engine') });
  return {
    folder,
    lake,
    engine,
    logger: silentLogger,
    progress: silentProgress,
    signal: new AbortController().signal,
    now: () => new Date(),
    async close() {
      await engine.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
