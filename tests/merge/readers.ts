/** Readers that ask without pause, and keep every answer with what it states of itself. */
import { setTimeout as sleep } from 'node:timers/promises';

import { type OffsetVector, PARTITIONS } from '@rushes/domain';
import fc from 'fast-check';

import { PLAIN_METRICS, PLAIN_WINDOWS } from '../../layers/serving/test/plain-analytics.ts';
import type { Row } from '../golden/rows.ts';
import { genreQuestion, yearlyQuestion } from './films-question.ts';
import {
  anomaliesQuestion,
  explainActivityQuestion,
  explainPopularityQuestion,
  genreTrendQuestion,
  movieTrendQuestion,
  popularityQuestion,
} from './analytics-questions.ts';
import type { LiveWorld } from './live-world.ts';
import {
  EXPLAINED,
  explainQuestion,
  genresQuestion,
  listQuestion,
  type MovieList,
  movieQuestion,
  placeOfShown,
  type Question,
  SORTS,
  MADE_UP_GENRE,
  titlesQuestion,
  topByGenreQuestion,
  topMoviesQuestion,
} from './questions.ts';
import { sentimentQuestion, WINDOWS } from './sentiment-question.ts';
import { similarQuestion } from './similar-question.ts';
import { TREND_WINDOWS, trendingQuestion } from './trending-question.ts';

/** What the headers say. */
export interface Said {
  readonly position: string | undefined;
  readonly version: string | undefined;
  readonly completeness: string | undefined;
  readonly etag: string | undefined;
}

export interface Asked {
  readonly reader: number;
  /** Of the replica that answered. */
  readonly life: number;
  readonly question: Question;
  /** `Rushes-Min-Position`. */
  readonly demanded: OffsetVector | undefined;
  /** What the reader had seen of this replica before. */
  readonly seen: OffsetVector | undefined;
  readonly status: number;
  readonly said: Said;
  /** Of a 304 that of the answer that the client has. */
  readonly body: string;
}

const list = fc.record({
  sort: fc.constantFrom(...SORTS),
  desc: fc.boolean(),
  size: fc.constantFrom(3, 10, 1000),
  type: fc.constantFrom('movie', 'all', 'tvSeries'),
  count: fc.boolean(),
});
const filters = fc.record(
  {
    genre: fc.constantFrom('Drama', MADE_UP_GENRE, 'Comedy'),
    votesGte: fc.constantFrom(1, 500),
    ratingGte: fc.constantFrom(3, 5.5),
    yearFrom: fc.constant(1970),
  },
  { requiredKeys: [] },
);
const AS_OF = '2024-05-15T12:34:56Z';
const DATES = ['2024-05-03', '2024-05-09', '2024-05-14'];

const questionArbitrary = (movies: readonly string[], tconst: readonly (readonly [movie: string, tconst: string])[]) => {
  const movie = fc.constantFrom(...movies);
  const lists = fc.tuple(list, filters).map(([asked, by]): MovieList => ({ ...asked, ...by }));
  return fc.oneof(
    { weight: 4, arbitrary: movie.map((id) => ({ question: movieQuestion(id) })) },
    { weight: 1, arbitrary: fc.constantFrom(...tconst).map(([id, path]) => ({ question: movieQuestion(id, path) })) },
    { weight: 6, arbitrary: lists.map((asked) => ({ question: listQuestion(asked), list: asked })) },
    { weight: 1, arbitrary: fc.constantFrom(undefined, 'movie', 'tvSeries').map((type) => ({ question: titlesQuestion(type) })) },
    { weight: 2, arbitrary: fc.constant({ question: genresQuestion }) },
    { weight: 2, arbitrary: fc.constantFrom(0, 1, 700).map((votes) => ({ question: topMoviesQuestion(100, votes) })) },
    { weight: 1, arbitrary: fc.constantFrom(0, 700).map((votes) => ({ question: topByGenreQuestion(3, votes) })) },
    {
      weight: 3,
      arbitrary: fc.tuple(movie, fc.constantFrom(...WINDOWS)).map(([id, of]) => ({ question: sentimentQuestion(id, of, AS_OF) })),
    },
    {
      weight: 3,
      arbitrary: fc
        .record({ window: fc.constantFrom(...TREND_WINDOWS), limit: fc.constantFrom(3, 100), genre: fc.constantFrom(undefined, 'Drama') })
        .map((asked) => ({ question: trendingQuestion({ ...asked, asOf: AS_OF }) })),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(
          fc.constantFrom('Drama', 'Comedy', MADE_UP_GENRE),
          fc.constantFrom<readonly [year: number | undefined, month: number | undefined]>(
            [undefined, undefined],
            [1999, undefined],
            [2000, 12],
            [2024, 5],
            [2024, undefined],
          ),
          fc.constantFrom(1, 100),
        )
        .map(([genre, time, limit]) => ({ question: genreQuestion(genre, ...time, limit) })),
    },
    { weight: 2, arbitrary: fc.constantFrom(undefined, 'Drama', MADE_UP_GENRE).map((genre) => ({ question: yearlyQuestion(genre) })) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.option(movie), fc.constantFrom(...PLAIN_METRICS), fc.constantFrom(...PLAIN_WINDOWS))
        .map(([id, metric, window]) => ({
          question: id === null ? genreTrendQuestion('Drama', metric, window, AS_OF) : movieTrendQuestion(id, metric, window, AS_OF),
        })),
    },
    { weight: 1, arbitrary: fc.constantFrom(...PLAIN_WINDOWS).map((window) => ({ question: anomaliesQuestion(window, AS_OF) })) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(movie, fc.constantFrom(...DATES), fc.constantFrom(explainActivityQuestion, explainPopularityQuestion))
        .map(([id, date, explained]) => ({ question: explained(id, date) })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(movie, fc.constantFrom<readonly ['hour' | 'day', '7d' | '30d']>(['hour', '7d'], ['day', '30d']))
        .map(([id, [bucket, window]]) => ({ question: popularityQuestion(id, bucket, window, AS_OF) })),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(movie, fc.constantFrom(2, 50)).map(([id, limit]) => ({ question: similarQuestion(id, limit, AS_OF) })),
    },
    { weight: 3, arbitrary: fc.tuple(movie, fc.constantFrom(...EXPLAINED)).map(([id, of]) => ({ question: explainQuestion(id, of) })) },
  );
};
type Next = { readonly question: Question; readonly list?: MovieList };

export const positionOf = (text: string | undefined): OffsetVector | undefined =>
  text !== undefined ? Object.fromEntries(text.split('.').map((offset, at) => [PARTITIONS[at] ?? '', Number(offset)])) : undefined;
const textOf = (position: OffsetVector): string => PARTITIONS.map((partition) => position[partition] ?? 0).join('.');
/** The least that reaches both. */
const joined = (a: OffsetVector, b: OffsetVector): OffsetVector =>
  Object.fromEntries(PARTITIONS.map((partition) => [partition, Math.max(a[partition] ?? 0, b[partition] ?? 0)]));

/** One text for all that are equal: most answers are given many times. */
export const interned = (): ((text: string) => string) => {
  const texts = new Map<string, string>();
  return (text) => {
    const known = texts.get(text);
    if (known === undefined) texts.set(text, text);
    return known ?? text;
  };
};

const header = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** So that the others, who share the thread, get on. */
const PAUSE_MS = 5;

export interface ReaderHabits {
  /** Goes from replica to replica and demands to see what it saw. */
  readonly roams: boolean;
  /** Sends the tags that it knows. */
  readonly remembers: boolean;
  readonly home: number;
}

interface Body {
  readonly data: readonly Row[];
  readonly next?: string | null;
}

/** Asks until it is told to stop. Same seed, same questions, as long as the same pages follow. */
export const read = async (
  world: LiveWorld,
  reader: number,
  { roams, remembers, home }: ReaderHabits,
  about: { readonly movies: readonly string[]; readonly tconsts: readonly (readonly [string, string])[]; readonly seed: number },
  isOver: () => boolean,
  keep: (asked: Asked) => void,
): Promise<void> => {
  const questions: readonly Next[] = fc.sample(questionArbitrary(about.movies, about.tconsts), { seed: about.seed + reader, numRuns: 500 });
  const seenOf = new Map<number, OffsetVector>();
  const known = new Map<string, { readonly etag: string; readonly body: string }>();
  let everSeen: OffsetVector = {};
  let following: Next | undefined;
  for (let n = 0; !isOver(); n += 1) {
    const next = following ?? questions[n % questions.length];
    const replica = world.replicas[roams ? n % world.replicas.length : home];
    if (next === undefined || replica === undefined) throw new Error('there is nothing to ask, or nobody');
    following = undefined;
    const { path } = next.question;
    const kept = remembers ? known.get(path) : undefined;
    const demanded = roams ? everSeen : undefined;
    const seen = seenOf.get(replica.life);
    const response = await replica.app.inject({
      url: path,
      headers: {
        ...(demanded === undefined ? {} : { 'rushes-min-position': textOf(demanded) }),
        ...(kept === undefined ? {} : { 'if-none-match': kept.etag }),
      },
    });
    const { statusCode: status, headers } = response;
    await sleep(PAUSE_MS);
    // Replaced meanwhile: that it says so is its right.
    if (status === 503 && world.replicas.every(({ life }) => life !== replica.life)) continue;
    const body = status === 304 ? (kept?.body ?? '') : response.body;
    const said: Said = {
      position: header(headers['rushes-position']),
      version: header(headers['rushes-batch-version']),
      completeness: header(headers['rushes-completeness']),
      etag: header(headers['etag']),
    };
    keep({ reader, life: replica.life, question: next.question, demanded, seen, status, said, body });
    const position = positionOf(said.position);
    if (position === undefined) continue;
    seenOf.set(replica.life, position);
    everSeen = joined(everSeen, position);
    if (status !== 200) continue;
    if (remembers) known.set(path, { etag: said.etag ?? '', body });
    if (next.list === undefined) continue;
    const { data, next: address } = JSON.parse(body) as Body; // as: the envelope of lists
    const last = data.at(-1);
    if (typeof address === 'string' && last !== undefined)
      following = { question: listQuestion(next.list, { path: address, place: placeOfShown(last, next.list.sort) }), list: next.list };
  }
};
