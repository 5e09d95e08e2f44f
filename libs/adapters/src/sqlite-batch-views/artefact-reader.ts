import { setImmediate } from 'node:timers/promises';
import { ArtefactDamagedError, type ArtefactReader, type ViewRow } from '@rushes/ports';
import { isThereSync } from '../crash-safety/entries.ts';
import { openArtefactFile } from './artefact-file.ts';
import type { Threads } from './threads.ts';

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
        for (const [n, key] of keys.entries()) {
          if (n > 0 && n % TURN === 0) await setImmediate();
          signal?.throwIfAborted();
          const row = open().find(layout.key, key, select);
          if (row !== undefined) rows.push(row);
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
    close: async () => {
      if (!closed) file.close();
      closed = true;
    },
  };
};
