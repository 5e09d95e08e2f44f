/** Batch runs over a log: one that finds 1 % new events since its parent, and one that computes the same version from everything. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { measureInChild } from '../process/child.ts';
import type { LoggedRun, Throughput } from './measured.ts';

const MOST_TITLES = 20_000;
const NEW_SHARE = 0.01;
const PER_CALL = 1000;

export interface LoggedRounds {
  readonly titles: number;
  readonly events: number;
  readonly newEvents: number;
  /** The run that found all of the first events. */
  readonly first: LoggedRun;
  readonly rounds: readonly { readonly changes: LoggedRun; readonly full: LoggedRun }[];
}

interface Options {
  readonly titles: number;
  readonly events: number;
  readonly movies: number;
  readonly rounds: number;
}

/** @param folder a folder that is made, and that the caller removes. */
export const measureLoggedRuns = async (folder: string, options: Options, tell: (text: string) => void): Promise<LoggedRounds> => {
  const titles = Math.min(MOST_TITLES, options.titles);
  const [imdb, data] = [join(folder, 'imdb'), join(folder, 'data')];
  await mkdir(data, { recursive: true });
  await measureInChild('write-sample.ts', [imdb, String(titles)]);
  // A version of the files alone first: events are about titles that are known.
  await measureInChild('whole-run.ts', [imdb, data, 'whole']);
  const run = (how: 'changes' | 'full'): Promise<LoggedRun> => measureInChild('live/scripts/run-over-log.ts', [imdb, data, how]);
  const append = (events: number, seed: string): Promise<Throughput> =>
    measureInChild('live/scripts/append.ts', [data, 'log', ...[events, options.movies, PER_CALL, 1].map(String), seed]);

  await append(options.events, 'first');
  const first = await run('changes');
  tell(`live, run over ${options.events} events: ${Math.round(first.ms)} ms`);
  const newEvents = Math.ceil(options.events * NEW_SHARE);
  const rounds: LoggedRounds['rounds'][number][] = [];
  for (let round = 1; round <= options.rounds; round++) {
    await append(newEvents, `round ${round}`);
    const done = { changes: await run('changes'), full: await run('full') };
    rounds.push(done);
    tell(
      `live, round ${round} of ${options.rounds}: run over ${newEvents} more events ${Math.round(done.changes.ms)} ms, full ${Math.round(done.full.ms)} ms`,
    );
  }
  return { titles, events: options.events, newEvents, first, rounds };
};
