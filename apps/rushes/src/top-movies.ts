/** The top movies of a running service, asked for every few seconds. A service that does not answer is told, and asked again. */
import { explainError, shortenLine } from '@rushes/runtime';

import { table } from './table.ts';

const EVERY_MS = 2_000;
const PATIENCE_MS = 5_000;
const MOVIES = 10;
const FIELDS = ['title', 'year', 'rating', 'votes', 'score'] as const;
const TITLE_CHARACTERS = 40;

export interface Watch {
  /** Shows the list once more and ends. */
  stop(): Promise<void>;
}

const cellOf = (value: unknown): string =>
  typeof value === 'string'
    ? shortenLine(value, TITLE_CHARACTERS)
    : typeof value === 'number'
      ? value.toLocaleString('en-US', { useGrouping: value >= 10_000 })
      : '-';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** @throws Error that says what came in place of the list. */
const askForTopMovies = async (url: string, signal: AbortSignal): Promise<readonly string[]> => {
  const address = new URL(`top_movies?limit=${MOVIES}&fields=${FIELDS.join(',')}`, `${url.replace(/\/$/, '')}/`);
  const response = await fetch(address, { signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) });
  const answer: unknown = await response.json();
  if (!response.ok || !isRecord(answer) || !Array.isArray(answer['data'])) throw new Error(`${address.origin} answered ${response.status}`);
  const movies = answer['data'].filter(isRecord);
  return table(
    ['', ...FIELDS],
    movies.map((movie, at) => [at + 1, ...FIELDS.map((name) => cellOf(movie[name]))]),
  ).split('\n');
};

/** @param show gets the list, or why there is none, as lines. */
export const watchTopMovies = (url: string, show: (lines: readonly string[]) => void, everyMs = EVERY_MS): Watch => {
  const ended = new AbortController();
  let asking: Promise<void> = Promise.resolve();
  const ask = async (): Promise<void> => {
    const lines = await askForTopMovies(url, ended.signal).catch((error: unknown) => [`No top movies: ${explainError(error).message}`]);
    if (!ended.signal.aborted) show(lines);
  };
  const timer = setInterval(() => {
    asking = asking.then(ask);
  }, everyMs);
  asking = ask();
  return {
    async stop() {
      clearInterval(timer);
      await asking;
      await ask();
      ended.abort();
    },
  };
};
