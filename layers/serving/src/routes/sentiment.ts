/** `GET /movies/{id}/sentiment`: what reviews say of a movie within a window of event time. */
import { DAY_MS, HOUR_MS, movieReviews, decodeState, emptyState, type StateOf } from '@rushes/views';
import { Type } from 'typebox';

import { instantFault, isWritable } from '../answers/instant.ts';
import { roundedQuotient } from '../answers/quotient.ts';
import { type Fault, notFound } from '../http/problem.ts';
import { type ReviewBucket, readBuckets } from '../merge/overlay/change-reviews.ts';
import type { AddDataRoute } from './route-definition.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { findTitle, reviewsDependency, TITLE_ID_SCHEMA } from '../answers/title-id.ts';

const DAYS = { '7d': 7, '30d': 30, '90d': 90 } as const;
type Window = keyof typeof DAYS | 'all';

/** The width of the buckets that a window is made of depends on the window alone, so that every layer counts the same buckets. */
const widthOf = (window: Window): number => (window === '7d' ? HOUR_MS : DAY_MS);

const TEN_THOUSANDTHS = 10_000;

/** Rounded half away from zero to four decimals, from exact integers. */
const quotient = (numerator: number, denominator: number): number | null =>
  denominator === 0 ? null : roundedQuotient(numerator, 1, denominator) / TEN_THOUSANDTHS;

const sumOf = (buckets: readonly ReviewBucket[], at: 1 | 2 | 3 | 4 | 5): number => buckets.reduce((sum, bucket) => sum + bucket[at], 0);

const summarize = (buckets: readonly ReviewBucket[]) => {
  const count = sumOf(buckets, 1);
  return {
    reviews: count,
    average: quotient(sumOf(buckets, 2), count),
    positive: quotient(TEN_THOUSANDTHS * sumOf(buckets, 3), count),
    neutral: quotient(TEN_THOUSANDTHS * sumOf(buckets, 4), count),
    negative: quotient(TEN_THOUSANDTHS * sumOf(buckets, 5), count),
  };
};

/**
 * The window that ends with the bucket before `asOfMs`'s, and the change of the average against the window before it.
 * `all`: everything up to there, without a trend.
 */
export const windowSentiment = (buckets: readonly ReviewBucket[], window: Window, asOfMs: number) => {
  const width = widthOf(window);
  const end = Math.floor(asOfMs / width) * width + width;
  const within = (from: number, to: number) => buckets.filter(([start]) => start >= from && start < to);
  if (window === 'all') return { from: null, to: new Date(end).toISOString(), ...summarize(within(-Infinity, end)), trend: null };
  const length = DAYS[window] * DAY_MS;
  const now = summarize(within(end - length, end));
  const before = summarize(within(end - 2 * length, end - length));
  const trend =
    now.average === null || before.average === null ? null : Math.round((now.average - before.average) * TEN_THOUSANDTHS) / TEN_THOUSANDTHS;
  return { from: new Date(end - length).toISOString(), to: new Date(end).toISOString(), ...now, trend };
};

const latestOf = (state: StateOf<typeof movieReviews>, endMs: number) =>
  state.latest
    .filter((review) => review.at_ms < endMs)
    .map((review) => ({
      text: review.text,
      author: review.author,
      score: typeof review.score_tenths === 'number' ? review.score_tenths / 10 : null,
      compound: Number(review.compound_e4) / TEN_THOUSANDTHS,
      at: new Date(review.at_ms).toISOString(),
    }));

const sentimentOf = async ({ views }: Snapshot, id: string, window: Window, asOfMs: number): Promise<string> => {
  const title = await findTitle(views, id, {});
  if (title === undefined) throw notFound(`There is no title with the id ${id}.`);
  const row = await views.sentiment.get(title.key, { documents: ['reviews', 'hours', 'days'] });
  const [reviews = null, hours = null, days = null] = row?.documents ?? [];
  const state = reviews === null ? emptyState(movieReviews) : decodeState(movieReviews, reviews);
  const buckets = readBuckets(widthOf(window) === HOUR_MS ? hours : days);
  const summary = windowSentiment(buckets, window, asOfMs);
  return JSON.stringify({ window, ...summary, latest: latestOf(state, Date.parse(summary.to)) });
};

/** Both ends of the window are shown. */
const faultsOfAsOf = (asOf: string | undefined, window: Window | undefined): readonly Fault[] => {
  if (asOf === undefined || window === undefined) return [];
  const fault = instantFault(asOf);
  if (fault !== undefined) return [{ in: 'query', name: 'as_of', detail: fault }];
  const { from, to } = windowSentiment([], window, Date.parse(asOf));
  const isShown = [from, to].every((end) => end === null || isWritable(Date.parse(end)));
  return isShown ? [] : [{ in: 'query', name: 'as_of', detail: 'must be such that its window lies in the years 1 to 9999' }];
};

const share = (of: string) =>
  Type.Union([Type.Number(), Type.Null()], { description: `Share of ${of} reviews, 0 to 1; null without reviews.` });

export const addSentiment = (add: AddDataRoute, now: () => number): void =>
  add({
    url: '/movies/:id/sentiment',
    operation: 'getMovieSentiment',
    summary: 'What reviews say of a title',
    description:
      'Reviews count by when they were written (`at`). A window ends with the hour (7d) or the day (30d, 90d, all) that `as_of` lies in. The latest reviews are the last five of all, as far as they were written before the window ends.',
    tag: 'Films',
    params: Type.Object({ id: TITLE_ID_SCHEMA }),
    query: Type.Object({
      window: Type.Enum(['7d', '30d', '90d', 'all'], { type: 'string', default: '30d', description: 'The last days, or all.' }),
      as_of: Type.Optional(
        Type.String({ format: 'date-time', maxLength: 40, description: 'The moment that is asked about; now by default.' }),
      ),
    }),
    check: ({ as_of, window }) => faultsOfAsOf(as_of, window),
    data: Type.Object({
      window: Type.String(),
      from: Type.Union([Type.String(), Type.Null()]),
      to: Type.String(),
      reviews: Type.Integer(),
      average: Type.Union([Type.Number(), Type.Null()], { description: "Mean of VADER's compound score, -1 to 1." }),
      positive: share('positive'),
      neutral: share('neutral'),
      negative: share('negative'),
      trend: Type.Union([Type.Number(), Type.Null()], { description: 'The average less that of the window before.' }),
      latest: Type.Array(Type.Unknown()),
    }),
    // Without `as_of` the answer changes when the bucket of "now" does.
    dependsOn: ({ params: { id }, query: { window, as_of } }) =>
      reviewsDependency(id, as_of === undefined ? Math.floor(now() / widthOf(window)) : 0),
    answer: async (snapshot, { params: { id }, query: { window, as_of } }) => ({
      data: await sentimentOf(snapshot, id, window, as_of === undefined ? now() : Date.parse(as_of)),
    }),
  });
