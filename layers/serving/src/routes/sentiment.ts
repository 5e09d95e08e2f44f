/** `GET /movies/{id}/sentiment`: what reviews say of a movie within a window of event time. */
import { HOUR_MS, movieReviews, decodeState, emptyState, type StateOf } from '@rushes/views';
import { Type } from 'typebox';

import { instantFault, isWritable } from '../answers/instant.ts';
import { SENTIMENT_LABELS, type SentimentWindow, widthOf, windowSentiment } from '../answers/sentiment-summary.ts';
import { type Fault, notFound } from '../http/problem.ts';
import { readBuckets } from '../merge/overlay/change-reviews.ts';
import type { AddDataRoute } from './route-definition.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { findTitle, reviewsDependency, TITLE_ID_SCHEMA } from '../answers/title-id.ts';

const TEN_THOUSANDTHS = 10_000;

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

const sentimentOf = async ({ views }: Snapshot, id: string, window: SentimentWindow, asOfMs: number): Promise<string> => {
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
const faultsOfAsOf = (asOf: string | undefined, window: SentimentWindow | undefined): readonly Fault[] => {
  if (asOf === undefined || window === undefined) return [];
  const fault = instantFault(asOf);
  if (fault !== undefined) return [{ in: 'query', name: 'as_of', detail: fault }];
  const { from, to } = windowSentiment([], window, Date.parse(asOf));
  const isShown = [from, to].every((end) => end === null || isWritable(Date.parse(end)));
  return isShown ? [] : [{ in: 'query', name: 'as_of', detail: 'must be such that its window lies in the years 1 to 9999' }];
};

const numberOrNull = (description: string) => Type.Union([Type.Number(), Type.Null()], { description });
const share = (of: string) => numberOrNull(`Share of ${of} reviews, 0 to 1; null without reviews.`);
const AVERAGE = numberOrNull("Mean of VADER's compound score, -1 to 1; null without reviews.");
const SHARES = { positive: share('positive'), neutral: share('neutral'), negative: share('negative') };

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
      average: AVERAGE,
      label: Type.Union([Type.Enum([...SENTIMENT_LABELS], { type: 'string' }), Type.Null()], {
        description: 'positive from an average of 0.05 on, negative from -0.05 down, else neutral; null without reviews.',
      }),
      confidence: numberOrNull(
        "Lower end of Wilson's score interval (95 %) for the share of reviews that have the label: it grows with their number and with how much they agree.",
      ),
      ...SHARES,
      counts: Type.Object(
        { positive: Type.Integer(), neutral: Type.Integer(), negative: Type.Integer() },
        { description: 'Reviews of each kind.' },
      ),
      velocity: numberOrNull(
        'Slope of the least-squares line through the compound scores of all reviews, in points a day; null where all were written on one day.',
      ),
      daily: Type.Array(Type.Object({ date: Type.String({ format: 'date' }), reviews: Type.Integer(), average: AVERAGE, ...SHARES }), {
        description: 'Each day (UTC) of the window, the earliest first; for `all` the last 90 days from the first review on.',
      }),
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
