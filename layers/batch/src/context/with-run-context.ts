/** For what works as a run does and is none: an engine, a lake and a scratch folder of its own. */
import { openLake } from '@rushes/lake';
import { objectCacheIn } from './object-cache.ts';
import type { RunContext } from './run-context.ts';
import { engineFolderIn, scratchOf } from './scratch.ts';
import type { BatchStores } from './stores.ts';

export interface EngineOptions {
  /** Folder for scratch files. */
  readonly workFolder: string;
  /** Bound of the SQL engine's buffers. Default: 320. */
  readonly memoryLimitMb?: number | undefined;
  readonly threads: number;
}

const MEMORY_MB = 320;

export type EngineStores = Pick<BatchStores, 'objects' | 'openEngine'>;

/** Does the work, which an abort interrupts; the engine and its files are gone afterwards. */
export const withRunContext = async <Result>(
  { objects, openEngine }: EngineStores,
  { workFolder, memoryLimitMb = MEMORY_MB, threads }: EngineOptions,
  context: Pick<RunContext, 'logger' | 'progress' | 'signal'> & Partial<Pick<RunContext, 'now'>>,
  work: (run: RunContext) => Promise<Result>,
): Promise<Result> => {
  const { signal } = context;
  const scratch = scratchOf(workFolder, 0);
  await scratch.open();
  try {
    const lake = openLake(objects, scratch.folder, { cache: objectCacheIn(workFolder), signal });
    const engine = await openEngine({ files: lake, folder: engineFolderIn(scratch.folder), memoryLimitMb, threads, signal });
    try {
      return await work({ ...context, lake, engine, now: context.now ?? (() => new Date()) });
    } finally {
      await engine.close();
    }
  } finally {
    await scratch.remove();
  }
};
