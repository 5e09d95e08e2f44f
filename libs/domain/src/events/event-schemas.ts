/**
 * What an event says, by type and version. A version's schema never changes once events of it may lie in a log; a new version gets a schema of its own
 * beside it, and `judgeEvent` reads them all. Scores and ratings are in points (1 to 10) as people give them; state is kept in integers.
 */
import Type, { type Static, type TProperties, type TSchema } from 'typebox';

import { INSTANT_PATTERN } from '../instant.ts';
import { MOVIE_FIELDS_1, MOVIE_FIELDS_2 } from './movie-fields.ts';
import type { Topic } from './topics.ts';

const MAX_NAME = 200;
export const MAX_REVIEW_CHARACTERS = 50_000;
/** Sums of votes stay exact far beyond this. */
const MAX_VOTES = 2 ** 40;
/** TMDB's ids are whole numbers; the largest lie around two million. */
export const MAX_TMDB_ID = 2 ** 31 - 1;

const MovieId = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' });
const Tconst = Type.String({ pattern: '^tt[0-9]{7,12}$' });
/** ISO 8601 in UTC, to the millisecond at most. */
const Instant = Type.String({ pattern: INSTANT_PATTERN });
const Name = Type.String({ minLength: 1, maxLength: MAX_NAME });
const Score = Type.Number({ minimum: 1, maximum: 10, multipleOf: 0.5 });
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** Sources of fields, first the one that takes precedence. IMDb's dumps come after all of them. */
export const FIELD_SOURCES = ['posted', 'tmdb'] as const;
export type FieldSource = (typeof FIELD_SOURCES)[number];
const Source = Type.Union([Type.Literal('posted'), Type.Literal('tmdb')]);

/** All fields are set, to nothing where nothing is known. */
const movieAdded = <Fields extends TProperties>(fields: Fields) =>
  Type.Object({ movie_id: MovieId, tconst: Nullable(Tconst), source: Source, at: Instant, ...fields }, { additionalProperties: false });
/** The fields that are named are set. */
const movieChanged = <Fields extends TProperties>(fields: Fields) =>
  Type.Object(
    {
      movie_id: MovieId,
      source: Source,
      at: Instant,
      changes: Type.Partial(Type.Object(fields), { additionalProperties: false, minProperties: 1 }),
    },
    { additionalProperties: false },
  );
const movieLinked = Type.Object(
  {
    movie_id: MovieId,
    source: Type.Literal('tmdb'),
    at: Instant,
    tmdb_id: Nullable(Type.Integer({ minimum: 1, maximum: MAX_TMDB_ID })),
  },
  { additionalProperties: false },
);
const ratingGiven = Type.Object({ movie_id: MovieId, score: Score, user: Nullable(Name), at: Instant }, { additionalProperties: false });
const ratingObserved = Type.Object(
  {
    movie_id: MovieId,
    source: Type.Union([Type.Literal('imdb'), Type.Literal('tmdb')]),
    average: Type.Number({ minimum: 0, maximum: 10 }),
    votes: Type.Integer({ minimum: 0, maximum: MAX_VOTES }),
    popularity: Nullable(Type.Number({ minimum: 0, maximum: 1e9 })),
    at: Instant,
  },
  { additionalProperties: false },
);
const reviewWritten = Type.Object(
  {
    movie_id: MovieId,
    text: Type.String({ minLength: 1, maxLength: MAX_REVIEW_CHARACTERS }),
    author: Nullable(Name),
    score: Nullable(Score),
    at: Instant,
  },
  { additionalProperties: false },
);

/** The payload's schema, by type and version. */
export const EVENT_SCHEMAS = {
  movie_added: { topic: 'movie.metadata', versions: { 1: movieAdded(MOVIE_FIELDS_1), 2: movieAdded(MOVIE_FIELDS_2) } },
  movie_changed: { topic: 'movie.metadata', versions: { 1: movieChanged(MOVIE_FIELDS_1), 2: movieChanged(MOVIE_FIELDS_2) } },
  movie_linked: { topic: 'movie.metadata', versions: { 1: movieLinked } },
  rating_given: { topic: 'movie.ratings', versions: { 1: ratingGiven } },
  rating_observed: { topic: 'movie.ratings', versions: { 1: ratingObserved } },
  review_written: { topic: 'movie.reviews', versions: { 1: reviewWritten } },
} as const satisfies Record<string, { readonly topic: Topic; readonly versions: Readonly<Record<number, unknown>> }>;

export type EventType = keyof typeof EVENT_SCHEMAS;

type Versions<T extends EventType> = (typeof EVENT_SCHEMAS)[T]['versions'];
type EventOf<T extends EventType> = {
  [V in keyof Versions<T>]: { readonly type: T; readonly version: V; readonly payload: Static<Extract<Versions<T>[V], TSchema>> };
}[keyof Versions<T>];

/** An event as its text in the log says it. */
export type MovieEvent = { [T in EventType]: EventOf<T> }[EventType];

/** The payload's schema; `undefined`: this code knows no such version of the type, or no such type. */
export const payloadSchema = (type: unknown, version: unknown): TSchema | undefined => {
  if (typeof type !== 'string' || !Object.hasOwn(EVENT_SCHEMAS, type) || typeof version !== 'number') return undefined;
  const versions: Readonly<Record<number, TSchema>> = EVENT_SCHEMAS[type as EventType].versions; // as: just found among the keys
  return Object.hasOwn(versions, version) ? versions[version] : undefined;
};

export const topicOfEvent = (type: EventType): Topic => EVENT_SCHEMAS[type].topic;
