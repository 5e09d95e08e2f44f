import { count, histogram, latest, sum } from '../measures/index.ts';
import { keyedView } from './keyed-view.ts';

const GIVEN = { type: 'rating_given' };

/** 1 to 10 points in steps of a half, in tenths. */
const SCORE_BINS: readonly number[] = Array.from({ length: 19 }, (_, step) => 10 + 5 * step);

/** Whose ratings are observed; each has a measure of its name. */
export const OBSERVED_SOURCES = ['imdb', 'tmdb'] as const;
export type ObservedSource = (typeof OBSERVED_SOURCES)[number];

const observation = (source: ObservedSource) =>
  latest({ average_e3: 'BIGINT', votes: 'BIGINT', popularity_e3: 'BIGINT' }, 'at', { type: 'rating_observed', source });

/** Ratings that were given one by one, and what sources said of theirs last. */
export const movieRatings = keyedView({
  name: 'movie_ratings',
  events: ['rating_given', 'rating_observed'],
  measures: {
    count: count(GIVEN),
    sum_tenths: sum('score_tenths', GIVEN),
    histogram: histogram('score_tenths', SCORE_BINS, GIVEN),
    imdb: observation('imdb'),
    tmdb: observation('tmdb'),
  },
});
