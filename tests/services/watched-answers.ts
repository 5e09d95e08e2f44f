/** Answers that are asked for all the time, and what each must say: as many votes as there were events of the movie before the position that it names. */
import { setTimeout as sleep } from 'node:timers/promises';

import { judgeEvent, offsetAt, type OffsetVector, partitionOf, type PartitionId, PARTITIONS } from '@rushes/domain';
import { boundsAt, type EventLog } from '@rushes/ports';

import { positionOf } from '../merge/readers.ts';

export interface WatchedAnswer {
  readonly movie: string;
  readonly position: OffsetVector;
  readonly completeness: string;
  readonly votes: number;
  readonly atMs: number;
  /** What the answer was to reach, as its position has to. */
  readonly asked: OffsetVector;
}

export interface WatchedAnswers {
  readonly answers: readonly WatchedAnswer[];
  /** Answers of another status than 200, by status; 0: none came. */
  readonly others: ReadonlyMap<number, number>;
  readonly stop: () => Promise<void>;
}

interface Token {
  readonly token: string | undefined;
}

const ASK_MS = 10_000;
const PAUSE_MS = 25;

/** What one answer says, or the status if it is no answer. @param token a position that it has to have come to, as an earlier answer told it. */
export const askMovie = async (
  url: string,
  movie: string,
  token?: string,
): Promise<(WatchedAnswer & Token) | { readonly status: number }> => {
  const headers = token === undefined ? {} : { 'rushes-min-position': token };
  const response = await fetch(`${url}/movies/${movie}`, { headers, signal: AbortSignal.timeout(ASK_MS) }).catch(() => undefined);
  const text = await response?.text().catch(() => undefined);
  if (response?.status !== 200 || text === undefined) return { status: response?.status ?? 0 };
  const { data } = JSON.parse(text) as { readonly data: { readonly ratings: { readonly live: { readonly votes: number } | null } } }; // as: a movie
  return {
    movie,
    position: positionOf(response.headers.get('rushes-position') ?? undefined) ?? {},
    completeness: response.headers.get('rushes-completeness') ?? '',
    votes: data.ratings.live?.votes ?? 0,
    atMs: performance.now(),
    asked: positionOf(token) ?? {},
    token: response.headers.get('rushes-position') ?? undefined,
  };
};

/** @param keepsTokens whether each request demands the position of the answer before, as a client does that must not see time go back. */
export const watchAnswers = (urlOf: () => string, movies: readonly string[], keepsTokens = false): WatchedAnswers => {
  const answers: WatchedAnswer[] = [];
  const others = new Map<number, number>();
  const over = new AbortController();
  const watching = (async () => {
    let token: string | undefined;
    for (let n = 0; !over.signal.aborted; n++) {
      const answer = await askMovie(urlOf(), movies[n % movies.length] ?? '', token);
      if ('status' in answer) others.set(answer.status, (others.get(answer.status) ?? 0) + 1);
      else answers.push(answer);
      if (keepsTokens && 'token' in answer) token = answer.token;
      await sleep(PAUSE_MS);
    }
  })();
  return {
    answers,
    others,
    async stop() {
      over.abort();
      await watching;
    },
  };
};

/** Offsets of a movie's ratings, each where its id came first; what is none does not count. */
export const eventsOf = async (log: EventLog, movies: readonly string[]): Promise<ReadonlyMap<string, readonly number[]>> => {
  const bounds = await log.bounds();
  const byPartition = Map.groupBy(movies, (movie): PartitionId => partitionOf('movie.ratings', movie));
  const found = new Map<string, number[]>(movies.map((movie) => [movie, []]));
  for (const partition of byPartition.keys()) {
    const { earliest, next } = boundsAt(bounds, partition);
    const ids = new Set<string>();
    for await (const records of log.range(partition, earliest, next))
      for (const record of records) {
        if (record.kind !== 'event' || ids.has(record.id)) continue;
        ids.add(record.id);
        const { key, value, appendedAtMs } = record;
        if ('fault' in judgeEvent(value, { topic: 'movie.ratings', key, appendedAtMs })) continue;
        found.get(record.key)?.push(record.offset);
      }
  }
  return found;
};

/** Answers that say something else than the events before their position; none of them may. */
export const wrongAnswers = (answers: readonly WatchedAnswer[], events: ReadonlyMap<string, readonly number[]>): readonly object[] =>
  answers.flatMap(({ movie, position, completeness, votes }) => {
    const before = offsetAt(position, partitionOf('movie.ratings', movie));
    const expected = (events.get(movie) ?? []).filter((offset) => offset < before).length;
    return votes === expected || completeness === 'gap' ? [] : [{ movie, position: before, completeness, votes, expected }];
  });

/** Answers whose position lies before the one that was demanded; none may. */
export const backwardAnswers = (answers: readonly WatchedAnswer[]): readonly WatchedAnswer[] =>
  answers.filter(({ asked, position }) => PARTITIONS.some((partition) => offsetAt(position, partition) < offsetAt(asked, partition)));
