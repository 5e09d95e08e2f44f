/** The events that say a film of TMDB's for the first time. Pure. */
import type { MovieEvent } from '@rushes/domain';

import type { FilmFields, Observation } from './film-facts.ts';

/** The title that is meant, and when it was so: ISO 8601. */
export interface SaidOf {
  readonly movie_id: string;
  readonly tconst: string | null;
  readonly at: string;
}

export const addition = ({ movie_id, tconst, at }: SaidOf, { genres, keywords, ...fields }: FilmFields): MovieEvent => ({
  type: 'movie_added',
  version: 2,
  payload: { movie_id, tconst, source: 'tmdb', at, ...fields, genres: [...genres], keywords: [...keywords], rating: null },
});

export const link = ({ movie_id, at }: SaidOf, tmdb_id: number): MovieEvent => ({
  type: 'movie_linked',
  version: 1,
  payload: { movie_id, source: 'tmdb', at, tmdb_id },
});

/** What users of TMDB's think of it. */
export const observed = ({ movie_id, at }: SaidOf, observation: Observation): MovieEvent => ({
  type: 'rating_observed',
  version: 1,
  payload: { movie_id, source: 'tmdb', ...observation, at },
});
