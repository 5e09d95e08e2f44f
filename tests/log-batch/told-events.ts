/** Events as tests tell them: texts in the log's form, written here by hand, so that the schemas' own code is not what they are checked with. */
import { partitionOf, type Topic } from '@rushes/domain';
import type { NewRecord } from '@rushes/ports';

export const movieId = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export interface ToldEvent {
  readonly topic: Topic;
  readonly movie: string;
  readonly type: string;
  /** 1, where nothing is said of it. */
  readonly version?: number;
  readonly payload: Readonly<Record<string, unknown>>;
}

export const rated = (movie: number, score: number, at: string, user: string | null = null): ToldEvent => ({
  topic: 'movie.ratings',
  movie: movieId(movie),
  type: 'rating_given',
  payload: { score, user, at },
});

export const observed = (movie: number, source: 'imdb' | 'tmdb', average: number, votes: number, at: string): ToldEvent => ({
  topic: 'movie.ratings',
  movie: movieId(movie),
  type: 'rating_observed',
  payload: { source, average, votes, popularity: null, at },
});

export const reviewed = (movie: number, text: string, at: string, score: number | null = null): ToldEvent => ({
  topic: 'movie.reviews',
  movie: movieId(movie),
  type: 'review_written',
  payload: { text, author: 'A "critic"\t\\N', score, at },
});

export const changed = (movie: number, source: 'posted' | 'tmdb', changes: Readonly<Record<string, unknown>>, at: string): ToldEvent => ({
  topic: 'movie.metadata',
  movie: movieId(movie),
  type: 'movie_changed',
  payload: { source, at, changes },
});

/** What only version 2 can say. */
export const changedMore = (
  movie: number,
  source: 'posted' | 'tmdb',
  changes: Readonly<Record<string, unknown>>,
  at: string,
): ToldEvent => ({ ...changed(movie, source, changes, at), version: 2 });

export const added = (movie: number, source: 'posted' | 'tmdb', title: string, at: string): ToldEvent => ({
  topic: 'movie.metadata',
  movie: movieId(movie),
  type: 'movie_added',
  payload: { tconst: null, source, at, title, genres: ['Drama'], year: 1999, runtime_minutes: null, rating: 7.5 },
});

export const linked = (movie: number, tmdb_id: number | null, at: string): ToldEvent => ({
  topic: 'movie.metadata',
  movie: movieId(movie),
  type: 'movie_linked',
  payload: { source: 'tmdb', at, tmdb_id },
});

/** The record of an event in the log. */
export const recordOf = ({ topic, movie, type, version = 1, payload }: ToldEvent, id: string): NewRecord => ({
  partition: partitionOf(topic, movie),
  key: movie,
  id,
  value: JSON.stringify({ type, version, payload: { movie_id: movie, ...payload } }),
});

/** A record that no judgment lets pass. */
export const junk = (topic: Topic, movie: number, id: string, value = 'no event'): NewRecord => ({
  partition: partitionOf(topic, movieId(movie)),
  key: movieId(movie),
  id,
  value,
});
