import { Piscina } from 'piscina';
import { ArtefactDamagedError, type ListedRow } from '@rushes/ports';
import { ArtefactFaultError } from './errors.ts';
import type { FinishTask } from './finish-file.ts';
import type { CountTask, ListTask, Read } from './worker.ts';

/** Threads for what would hold up a server. They start with the first task and end when idle. */
export interface Threads {
  list(task: ListTask, signal?: AbortSignal): Promise<readonly ListedRow[] | undefined>;
  count(task: CountTask, signal?: AbortSignal): Promise<number | undefined>;
  /** Throws `ArtefactFaultError` if a key or a lookup value repeats. */
  finish(task: FinishTask): Promise<void>;
  close(): Promise<void>;
}

const IDLE_MS = 10_000;
/** Run from source, the worker is a source file; built, a built one. */
const worker = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url).href;

const pool = (threads: number): Piscina => new Piscina({ filename: worker, minThreads: 0, maxThreads: threads, idleTimeout: IDLE_MS });

const answerOf = <Answer>(read: Read<Answer>): Answer | undefined => {
  if ('damage' in read) throw new ArtefactDamagedError(read.damage);
  return read.answer;
};

/** @param scanThreads how many lists and counts run at once; the rest wait. Builds have a thread of their own. */
export const openThreads = (scanThreads: number): Threads => {
  let scans: Piscina | undefined;
  let builds: Piscina | undefined;
  /** A thread whose task is aborted ends with it; the next task gets a new one. */
  const scan = <Result>(task: ListTask | CountTask, name: 'list' | 'count', signal: AbortSignal | undefined): Promise<Result> =>
    (scans ??= pool(scanThreads)).run(task, { name, ...(signal && { signal }) });
  return {
    list: async (task, signal) => answerOf<readonly ListedRow[]>(await scan(task, 'list', signal)),
    count: async (task, signal) => answerOf<number>(await scan(task, 'count', signal)),
    finish: async (task) => {
      builds ??= pool(1);
      const result: Awaited<{ readonly fault?: string }> = await builds.run(task, { name: 'finish' });
      if (result.fault !== undefined) throw new ArtefactFaultError(result.fault);
    },
    close: async () => {
      await Promise.all([scans?.close(), builds?.close()]);
    },
  };
};
