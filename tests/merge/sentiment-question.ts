/** What `/movies/{id}/sentiment` has to answer: told review by review from the formulas of docs/analytics.md. Shares no code with what it checks. */
import { scoreSentiment } from '@rushes/domain';

import type { Counted } from '../log-batch/plain-fold.ts';
import type { Question } from './questions.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAYS = { '7d': 7, '30d': 30, '90d': 90 } as const;
export const WINDOWS = ['7d', '30d', '90d', 'all'] as const;

/** Ten-thousandths, rounded half away from zero. */
const share = (sum: number, count: number): number | null => {
  if (count === 0) return null;
  const quotient = Number((2n * BigInt(Math.abs(sum)) + BigInt(count)) / (2n * BigInt(count)));
  return (Math.sign(sum) * quotient) / 10_000;
};
const compoundOf = ({ payload }: Counted): number => scoreSentiment(String(payload['text'])).compoundE4;

const shares = (reviews: readonly Counted[]) => {
  const scores = reviews.map(compoundOf);
  const shareOf = (those: (score: number) => boolean): number | null => share(10_000 * scores.filter(those).length, scores.length);
  return {
    reviews: scores.length,
    average: share(
      scores.reduce((sum, score) => sum + score, 0),
      scores.length,
    ),
    positive: shareOf((score) => score >= 500),
    neutral: shareOf((score) => score > -500 && score < 500),
    negative: shareOf((score) => score <= -500),
  };
};

const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);
const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().replace(/T.*/, '');

/** The slope of least squares, in millionths a day, by the definition with means: both sides times the number of reviews. */
const slopeOf = (reviews: readonly Counted[]): number | null => {
  const points = reviews.map((review) => [BigInt(dayOf(review.place.at_ms)), BigInt(compoundOf(review))] as const);
  const n = BigInt(points.length);
  const [days, scores] = [0, 1].map((at) => points.reduce((sum, point) => sum + (point[at] ?? 0n), 0n)) as [bigint, bigint]; // as: two numbers, two sums
  const above = points.reduce((sum, [day, score]) => sum + (n * day - days) * (n * score - scores), 0n);
  const below = points.reduce((sum, [day]) => sum + (n * day - days) ** 2n, 0n);
  if (below === 0n) return null;
  const size = Number((2n * 100n * (above < 0n ? -above : above) + below) / (2n * below)) / 1e6;
  return above < 0n && size > 0 ? -size : size;
};

/** The lower root of the quadratic equation that Wilson's interval solves, (share - x)² = 1.96² x (1 - x) / n. */
const wilson = (agreeing: number, n: number): number => {
  const [p, zz] = [agreeing / n, 1.96 ** 2];
  const [a, b, c] = [1 + zz / n, -(2 * p + zz / n), p * p];
  return Math.max(0, Math.round(((-b - Math.sqrt(b * b - 4 * a * c)) / (2 * a)) * 1e4) / 1e4);
};

const daysBetween = (reviews: readonly Counted[], from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => ({
    date: dateOf(from + n),
    ...shares(reviews.filter(({ place }) => dayOf(place.at_ms) === from + n)),
  }));

/** @param begin of the window; minus infinity for all. */
const summary = (reviews: readonly Counted[], begin: number, end: number) => {
  const { average, ...rest } = shares(reviews);
  const label = average === null ? null : average >= 0.05 ? 'positive' : average <= -0.05 ? 'negative' : 'neutral';
  const [positive, negative] = [(score: number) => score >= 500, (score: number) => score <= -500].map(
    (those) => reviews.map(compoundOf).filter(those).length,
  ) as [number, number]; // as: two conditions, two numbers
  const counts = { positive, neutral: reviews.length - positive - negative, negative };
  const first = Number.isFinite(begin)
    ? dayOf(begin)
    : Math.max(dayOf(end) - 90, Math.min(...reviews.map(({ place }) => dayOf(place.at_ms))));
  return {
    average,
    ...rest,
    label,
    confidence: label === null ? null : wilson(counts[label], reviews.length),
    counts,
    velocity: slopeOf(reviews),
    daily: Number.isFinite(first) ? daysBetween(reviews, first, dayOf(end - 1)) : [],
  };
};

export const sentimentQuestion = (movie: string, window: (typeof WINDOWS)[number], asOf: string): Question => ({
  path: `/movies/${movie}/sentiment?window=${window}&as_of=${asOf}`,
  about: 'reviews',
  movie,
  known: true,
  answer: ({ history, position, title }) => {
    if (title(movie) === undefined) return undefined;
    const all = history.events(movie, 'movie.reviews', position);
    const width = window === '7d' ? HOUR_MS : DAY_MS;
    const end = Math.floor(Date.parse(asOf) / width) * width + width;
    const length = window === 'all' ? Number.POSITIVE_INFINITY : DAYS[window] * DAY_MS;
    const within = (from: number, to: number): readonly Counted[] => all.filter(({ place }) => place.at_ms >= from && place.at_ms < to);
    const [now, before] = [summary(within(end - length, end), end - length, end), shares(within(end - 2 * length, end - length))];
    const trend =
      window === 'all' || now.average === null || before.average === null ? null : Math.round((now.average - before.average) * 1e4) / 1e4;
    const latest = all
      .toSorted((a, b) => b.place.at_ms - a.place.at_ms || b.place.offset - a.place.offset)
      .slice(0, 5)
      .filter(({ place }) => place.at_ms < end)
      .map((review) => ({
        text: review.payload['text'],
        author: review.payload['author'],
        score: review.payload['score'],
        compound: compoundOf(review) / 10_000,
        at: new Date(review.place.at_ms).toISOString(),
      }));
    const from = window === 'all' ? null : new Date(end - length).toISOString();
    return { data: { window, from, to: new Date(end).toISOString(), ...now, trend, latest } };
  },
});
