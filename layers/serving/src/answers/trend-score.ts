/**
 * What makes a film trend, from exact integers: scores, velocities and their order. Whole numbers are added and divided once, so that the same events give the
 * same digits whichever layer they come from. Pure; docs/analytics.md has each formula with an example.
 */
import { compareUtf8 } from '@rushes/domain';
import type { MovieActivity } from '@rushes/views';

import { roundedQuotient } from './quotient.ts';
import { type BucketPlace, WINDOWS_READ } from './trend-windows.ts';

/** A review counts as so many ratings: few write one. */
const POINTS_OF_REVIEW = 3;

/** Points that every film is taken to have had in both windows: what hardly anybody looked at does not double by one rating. */
const PRIOR_POINTS = 10;

/** Sums of a movie over the windows that are read, the one that is asked for first. */
export interface TrendSums {
  /** Points of each window. */
  readonly points: number[];
  /** The same with each bucket's weight, in thousandths of points. */
  readonly weighted: number[];
  /** Of the window that is asked for alone. */
  ratings: number;
  sumTenths: number;
  reviews: number;
  compoundE4: number;
}

export const noSums = (): TrendSums => ({
  points: Array.from({ length: WINDOWS_READ }, () => 0),
  weighted: Array.from({ length: WINDOWS_READ }, () => 0),
  ratings: 0,
  sumTenths: 0,
  reviews: 0,
  compoundE4: 0,
});

/** A copy that can be added to. */
export const copySums = (sums: TrendSums): TrendSums => ({ ...sums, points: [...sums.points], weighted: [...sums.weighted] });

/** Adds what happened in a bucket. */
export const addActivity = (sums: TrendSums, { at, weight }: BucketPlace, activity: MovieActivity): void => {
  const points = activity.ratings + POINTS_OF_REVIEW * activity.reviews;
  sums.points[at] = (sums.points[at] ?? 0) + points;
  sums.weighted[at] = (sums.weighted[at] ?? 0) + weight * points;
  if (at > 0) return;
  sums.ratings += activity.ratings;
  sums.sumTenths += activity.sumTenths;
  sums.reviews += activity.reviews;
  sums.compoundE4 += activity.compoundE4;
};

/**
 * The score of a window in thousandths: its weighted points times momentum, which is 2 × (points + prior) / (points + points before + 2 × prior), between
 * 0 and 2, and 1 where as much happened as before.
 * @param at which window: 0 is the one that is asked for.
 */
export const scoreE3 = ({ points, weighted }: TrendSums, at: number): number => {
  const [now = 0, before = 0] = [points[at], points[at + 1]];
  return roundedQuotient(weighted[at] ?? 0, 2 * (now + PRIOR_POINTS), now + before + 2 * PRIOR_POINTS);
};

const MILLIONTHS = 1_000_000;

/** Rounded half away from zero to millionths. */
const perHour = (points: number, hours: number): number => roundedQuotient(points, MILLIONTHS, hours) / MILLIONTHS;

/** Points an hour more than in the window before; and by how much that is more than the same of the window before. */
export const velocities = ({ points }: TrendSums, hours: number): { readonly velocity: number; readonly acceleration: number } => {
  const [now = 0, before = 0, earlier = 0] = points;
  return { velocity: perHour(now - before, hours), acceleration: perHour(now - 2 * before + earlier, hours) };
};

/** A movie in the order of a window. */
export interface Trending {
  readonly id: string;
  readonly sums: TrendSums;
  readonly scoreE3: number;
}

/** The movies that something happened to in a window: by score, then by points, both descending, then by id. */
export const inOrder = (movies: ReadonlyMap<string, TrendSums>, at: number): readonly Trending[] => {
  const trending: Trending[] = [];
  for (const [id, sums] of movies) if ((sums.points[at] ?? 0) > 0) trending.push({ id, sums, scoreE3: scoreE3(sums, at) });
  return trending.toSorted(
    (a, b) => b.scoreE3 - a.scoreE3 || (b.sums.points[at] ?? 0) - (a.sums.points[at] ?? 0) || compareUtf8(a.id, b.id),
  );
};
