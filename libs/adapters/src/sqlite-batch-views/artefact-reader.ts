import { setImmediate } from 'node:timers/promises';
import { Piscina } from 'piscina';
import { ArtefactDamagedError, type ArtefactReader, type ListedRow, type SearchResult, type ViewRow } from '@rushes/ports';
import { ArtefactFaultError } from '../artefact-checks/artefact-fault.ts';
import { isThereSync } from '../crash-safety/entries.ts';
import type { FinishTask } from './fill-file.ts';
import type { CountTask, ListTask, Read, SearchTask } from './worker.ts';
import { openArtefactFile } from './artefact-file.ts';

/** Threads for what would hold up a server. They start with the first task and end when idle. */
export interface Threads {
  list(task: ListTask, signal?: AbortSignal): Promise<readonly ListedRow[] | undefined>;
  count(task: CountTask, signal?: AbortSignal): Promise<number | undefined>;
  search(task: SearchTask, signal?: AbortSignal): Promise<SearchResult | undefined>;
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

/** @param scanThreads how many lists, counts and searches run at once; the rest wait. Builds have a thread of their own. */
export const openThreads = (scanThreads: number): Threads => {
  let scans: Piscina | undefined;
  let builds: Piscina | undefined;
  /** A thread whose task is aborted ends with it; the next task gets a new one. */
  const scan = <Result>(
    task: ListTask | CountTask | SearchTask,
    name: 'list' | 'count' | 'search',
    signal: AbortSignal | undefined,
  ): Promise<Result> => (scans ??= pool(scanThreads)).run(task, { name, ...(signal && { signal }) });
  return {
    list: async (task, signal) => answerOf<readonly ListedRow[]>(await scan(task, 'list', signal)),
    count: async (task, signal) => answerOf<number>(await scan(task, 'count', signal)),
    search: async (task, signal) => answerOf<SearchResult>(await scan(task, 'search', signal)),
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

/** Rows read in one go before others get their turn. */
const TURN = 500;

/**
 * A reader of one artefact: rows and pages that an index gives are read on the calling thread, everything longer on another. If the file was dropped
 * meanwhile, other threads cannot open it any more; then all is read here, through the file that is still open.
 * @param onDamage told when what was read shows that the file is not what was built.
 */
export const artefactReader = (path: string, threads: Threads, onDamage: () => void = () => {}): ArtefactReader => {
  const file = openArtefactFile(path);
  let closed = false;
  const open = () => {
    if (closed) throw new Error(`the reader of ${path} was closed: open the artefact again`);
    return file;
  };
  const noticing = async <Answer>(read: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await read();
    } catch (error) {
      if (error instanceof ArtefactDamagedError) onDamage();
      throw error;
    }
  };
  /** What another thread answers, or if it cannot see the file, this one. */
  const elsewhere = async <Answer>(
    ask: () => Promise<Answer | undefined>,
    here: () => Answer | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Answer> => {
    let answer: Answer | undefined;
    try {
      answer = await ask();
    } catch (error) {
      signal?.throwIfAborted();
      if (isThereSync(path)) throw error;
      answer = here();
    }
    if (answer === undefined) throw new Error(`a thorough read of ${path} gave no answer`);
    return answer;
  };
  const { layout } = file;
  return {
    layout,
    get: (key, select) => noticing(async () => open().find(layout.key, key, select)),
    lookup: (column, value, select) => noticing(async () => open().find(column, value, select)),
    getMany: (keys, select, { signal } = {}) =>
      noticing(async () => {
        const rows: ViewRow[] = [];
        for (let from = 0; from < keys.length; from += TURN) {
          if (from > 0) await setImmediate();
          signal?.throwIfAborted();
          for (const row of open().findMany(keys.slice(from, from + TURN), select)) rows.push(row);
        }
        return rows;
      }),
    list: (query, { signal } = {}) =>
      noticing(async () => {
        signal?.throwIfAborted();
        return (
          open().list(query, 'quick') ??
          elsewhere(
            () => threads.list({ path, query }, signal),
            () => open().list(query, 'thorough'),
            signal,
          )
        );
      }),
    count: (where, { signal } = {}) =>
      noticing(async () => {
        signal?.throwIfAborted();
        return (
          open().count(where, 'quick') ??
          elsewhere(
            () => threads.count({ path, where }, signal),
            () => open().count(where, 'thorough'),
            signal,
          )
        );
      }),
    search: (query, { signal } = {}) =>
      noticing(async () => {
        signal?.throwIfAborted();
        open();
        return elsewhere(
          () => threads.search({ path, query }, signal),
          () => open().search(query),
          signal,
        );
      }),
    close: async () => {
      if (!closed) file.close();
      closed = true;
    },
  };
};
