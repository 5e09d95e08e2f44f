/** What events make of a movie's row in the view `sentiment`. */
import type { ArtefactReader, ArtefactRow } from '@rushes/ports';
import { decodeState, emptyState, mergeStates, movieReviews, reviewsByDay, reviewsByHour, sentiment, type StateOf } from '@rushes/views';

import type { EpochStates } from './epoch-states.ts';
import { rowIndex } from './layout-row.ts';

const SENTIMENT = rowIndex(sentiment.layout);

/** The views whose events change the row. */
export const REVIEW_VIEWS = [movieReviews, reviewsByHour, reviewsByDay] as const;

/** `[start in ms, count, sum of compound in ten-thousandths, positive, neutral, negative]`, as the view's documents hold them. */
export type ReviewBucket = readonly [
  startMs: number,
  count: number,
  compoundE4: number,
  positive: number,
  neutral: number,
  negative: number,
];

export const readBuckets = (document: string | null): readonly ReviewBucket[] =>
  document === null ? [] : (JSON.parse(document) as ReviewBucket[]); // as: the view's document

type Sentiment = StateOf<typeof reviewsByHour>;

const bucketOf = (startMs: number, state: Sentiment): ReviewBucket => [
  startMs,
  state.count,
  state.compound_e4,
  state.positive,
  state.neutral,
  state.negative,
];
const stateOf = ([, count, compoundE4, positive, neutral, negative]: ReviewBucket): Sentiment => ({
  count,
  compound_e4: compoundE4,
  positive,
  neutral,
  negative,
});

const mergeBuckets = (
  view: typeof reviewsByHour,
  document: string | null,
  added: readonly { readonly bucketMs: number; readonly state: Sentiment }[],
): string => {
  const buckets = new Map(readBuckets(document).map((bucket) => [bucket[0], bucket]));
  for (const { bucketMs, state } of added) {
    const known = buckets.get(bucketMs);
    buckets.set(bucketMs, bucketOf(bucketMs, known === undefined ? state : mergeStates(view, stateOf(known), state)));
  }
  return JSON.stringify([...buckets.values()].toSorted((a, b) => a[0] - b[0]));
};

const documentOf = (row: ArtefactRow | undefined, name: string): string | null => {
  const text = row?.[SENTIMENT.document(name)];
  return typeof text === 'string' ? text : null;
};

/** The state that the batch layer's row holds. */
export const batchReviews = (row: ArtefactRow | undefined): StateOf<typeof movieReviews> => {
  const document = documentOf(row, 'reviews');
  return document === null ? emptyState(movieReviews) : decodeState(movieReviews, document);
};

/** The same of many movies: of those that have reviews. */
export const readReviewStates = async (
  batch: ArtefactReader,
  ids: readonly string[],
): Promise<ReadonlyMap<string, StateOf<typeof movieReviews>>> =>
  ids.length === 0
    ? new Map()
    : new Map(
        (await batch.getMany(ids, { documents: ['reviews'] })).flatMap(({ key, documents: [state] }) =>
          typeof state === 'string' ? [[key, decodeState(movieReviews, state)]] : [],
        ),
      );

/** The movie's row now; `undefined` without reviews. */
export const currentReviews = (movieId: string, before: ArtefactRow | undefined, states: EpochStates): ArtefactRow | undefined => {
  const added = states.merged(movieReviews, movieId);
  if (added === undefined) return before;
  const reviews = mergeStates(movieReviews, batchReviews(before), added);
  return [
    movieId,
    reviews.count,
    JSON.stringify(reviews),
    mergeBuckets(reviewsByHour, documentOf(before, 'hours'), states.buckets(reviewsByHour, movieId)),
    mergeBuckets(reviewsByDay, documentOf(before, 'days'), states.buckets(reviewsByDay, movieId)),
  ];
};
