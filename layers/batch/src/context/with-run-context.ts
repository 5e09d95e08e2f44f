/** For what works as a run does and is none: an engine, a lake and a scratch folder of its own. */
import { openDuckDb, openLake } from '@rushes/lake';
import type { ObjectStore } from '@rushes/ports';
import { objectCacheIn } from './object-cache.ts';
import type { RunContext } from './run-context.ts';
import { scratchOf } from './scratch.ts';

export interface EngineOptions {
  /** Folder for scratch files. */
  readonly workFolder: string;
  /** Bound of the SQL engine's buffers. Default: 320. */
  readonly memoryLimitMb?: number | undefined;
  readonly threads: number;
}

const MEMORY_MB = 320;

/** Does the work, which an abort interrupts; the engine and its files are gone afterwards. */
export const withRunContext = async <Result>(
  objects: ObjectStore,
  { workFolder, memoryLimitMb = MEMORY_MB, threads }: EngineOptions,
  context: Pick<RunContext, 'logger' | 'progress' | 'signal'> & Partial<Pick<RunContext, 'now'>>,
  work: (run: RunContext) => Promise<Result>,
): Promise<Result> => {
  const { signal } = context;
  const scratch = scratchOf(workFolder, 0);
  await scratch.open();
  const engine = await openDuckDb({ memoryLimitMb, threads, tempFolder: `${scratch.folder}/spill` });
  const interrupt = (): void => engine.interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    const lake = openLake(objects, scratch.folder, { cache: objectCacheIn(workFolder), signal });
    return await work({ ...context, lake, engine, now: context.now ?? (() => new Date()) });
  } finally {
    signal.removeEventListener('abort', interrupt);
    await engine.close();
    await scratch.remove();
  }
};
