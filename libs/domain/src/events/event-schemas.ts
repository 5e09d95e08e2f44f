/**
 * What an event says, by type and version. A version's schema never changes once events of it may lie in a log; a new version gets a schema of its own,
 * and `silverEvent` reads them all. Scores and ratings are in points (1 to 10) as people give them; state is kept in integers.
 */
import Type, { type Static } from 'typebox';

import { INSTANT_PATTERN } from '../instant.ts';
import type { Topic } from './topics.ts';

const MAX_TITLE = 500;
const MAX_NAME = 200;
const MAX_GENRES = 20;
export const MAX_REVIEW_CHARACTERS = 50_000;
const FIRST_YEAR = 1850;
const LAST_YEAR = 2200;
const MAX_MINUTES = 60_000;
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

/** The members that a source can set, each by itself. */
export const MOVIE_FIELDS = {
  // Control characters separate what tables hold of a title.
  title: Type.String({ minLength: 1, maxLength: MAX_TITLE, pattern: '^[^\\u0000-\\u001f]+$' }),
  genres: Type.Array(Type.String({ pattern: '^[^\\u0000-\\u001f,]{1,50}$' }), { maxItems: MAX_GENRES, uniqueItems: true }),
  year: Nullable(Type.Integer({ minimum: FIRST_YEAR, maximum: LAST_YEAR })),
  runtime_minutes: Nullable(Type.Integer({ minimum: 0, maximum: MAX_MINUTES })),
  rating: Nullable(Type.Number({ minimum: 1, maximum: 10, multipleOf: 0.1 })),
};

const movieAdded = Type.Object(
  { movie_id: MovieId, tconst: Nullable(Tconst), source: Source, at: Instant, ...MOVIE_FIELDS },
  { additionalProperties: false },
);
const movieChanged = Type.Object(
  {
    movie_id: MovieId,
    source: Source,
    at: Instant,
    changes: Type.Partial(Type.Object(MOVIE_FIELDS), { additionalProperties: false, minProperties: 1 }),
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
  movie_added: { topic: 'movie.metadata', versions: { 1: movieAdded } },
  movie_changed: { topic: 'movie.metadata', versions: { 1: movieChanged } },
  movie_linked: { topic: 'movie.metadata', versions: { 1: movieLinked } },
  rating_given: { topic: 'movie.ratings', versions: { 1: ratingGiven } },
  rating_observed: { topic: 'movie.ratings', versions: { 1: ratingObserved } },
  review_written: { topic: 'movie.reviews', versions: { 1: reviewWritten } },
} as const satisfies Record<string, { readonly topic: Topic; readonly versions: Readonly<Record<number, unknown>> }>;

export type EventType = keyof typeof EVENT_SCHEMAS;

export interface EventPayloads {
  readonly movie_added: Static<typeof movieAdded>;
  readonly movie_changed: Static<typeof movieChanged>;
  readonly movie_linked: Static<typeof movieLinked>;
  readonly rating_given: Static<typeof ratingGiven>;
  readonly rating_observed: Static<typeof ratingObserved>;
  readonly review_written: Static<typeof reviewWritten>;
}

/** An event as its text in the log says it. */
export type MovieEvent = {
  [T in EventType]: { readonly type: T; readonly version: 1; readonly payload: EventPayloads[T] };
}[EventType];

export const topicOfEvent = (type: EventType): Topic => EVENT_SCHEMAS[type].topic;
