/** Files of ratings that are replayed one after another while the game goes on, each until it is wholly in the log, however often its process is killed. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { StartedProcess } from '../processes/started-process.ts';

export interface Replays {
  /** Lines that are in the log, by movie. */
  readonly replayed: ReadonlyMap<string, number>;
  /** Processes that ended before their file was in the log. */
  readonly interrupted: () => number;
  /** Kills the one that runs now. */
  readonly kill: () => Promise<void>;
  /** Begins no further file; resolves when the last one is in the log. */
  readonly stop: () => Promise<void>;
}

const LINES = 400;
const PAUSE_MS = 2_000;
/** Events a second as the file says them, so that a replay is under way most of the time. */
const STEP_MS = 10;

const textOf = (movies: readonly string[], file: number): string =>
  Array.from({ length: LINES }, (_, n) => {
    const id = createHash('sha256').update(`${file} ${n}`).digest('hex').slice(0, 24);
    const at = new Date(Date.parse('2026-01-01T00:00:00Z') + n * STEP_MS).toISOString();
    const payload = { movie_id: movies[n % movies.length], score: 7, user: `replay-${file}`, at };
    return `${JSON.stringify({ type: 'rating_given', version: 1, id, payload })}\n`;
  }).join('');

/** @param begin starts the command line with these arguments. */
export const replayFiles = (begin: (args: readonly string[]) => StartedProcess, folder: string, movies: readonly string[]): Replays => {
  const replayed = new Map<string, number>();
  const over = new AbortController();
  let interrupted = 0;
  let current: StartedProcess | undefined;
  const replay = async (file: number): Promise<void> => {
    const path = join(folder, `replay-${file}.jsonl`);
    await writeFile(path, textOf(movies, file));
    for (;;) {
      current = begin(['replay', path, '--speed', 'real', '--json']);
      const code = await current.ended;
      if (code === 0) break;
      interrupted += 1;
      await sleep(PAUSE_MS);
    }
    for (let n = 0; n < LINES; n++) {
      const movie = movies[n % movies.length] ?? '';
      replayed.set(movie, (replayed.get(movie) ?? 0) + 1);
    }
  };
  const replaying = (async () => {
    for (let file = 0; !over.signal.aborted; file++) await replay(file);
  })();
  replaying.catch(() => {}); // told by `stop`
  return {
    replayed,
    interrupted: () => interrupted,
    kill: async () => void (await current?.end('SIGKILL')),
    async stop() {
      over.abort();
      await replaying;
    },
  };
};
