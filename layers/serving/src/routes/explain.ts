/** `GET /explain`: where a number comes from: the batch layer's part, each epoch's part, the rule by which they were merged, and what is shown. */
import {
  emptyState,
  type KeyedView,
  mergedRating,
  mergeStates,
  movieRatings,
  movieRecords,
  movieReviews,
  ratingArithmetic,
  ratingBase,
  type RatingState,
  type RecordState,
  sentiment,
  type TitleInputs,
  titles,
} from '@rushes/views';
import { Type } from 'typebox';

import { batchReviews } from '../merge/overlay/change-reviews.ts';
import { inputsOf, ratingsObservedMs } from '../merge/overlay/change-titles.ts';
import { readWholeRows } from '../merge/overlay/merged-reader.ts';
import { rowIndex } from '../merge/overlay/layout-row.ts';
import { positionText } from '../merge/position.ts';
import type { AddDataRoute } from './route-definition.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { TITLE_ID_SCHEMA, titleKeyOf } from '../answers/title-id.ts';

const VIEWS = { movie_records: movieRecords, movie_ratings: movieRatings, movie_reviews: movieReviews } as const;
type ViewName = keyof typeof VIEWS;

const RULES: Readonly<Record<ViewName, string>> = {
  movie_records:
    'Of each source and field, and of links to TMDB, what stands last in the partition. Shown: posted, then TMDB, then the dump; a source that says nothing is passed over.',
  movie_ratings:
    'Counts, sums and histograms are added; of each source the last observation (by its time, then its offset) stays. Shown: (average × votes of the base + sum of given ratings) / (votes of the base + count), in thousandths, rounded half up; the base is what was observed of IMDb’s rating last, by its dump or by an event of a later time, else TMDB’s. Popularity is that of TMDB’s last observation.',
  movie_reviews: 'Counts and sums are added; the latest reviews are the last five of both parts by their time.',
};

/** What the published version holds of a movie in a view. */
const batchState = async (
  { batch, views }: Snapshot,
  view: ViewName,
  movieId: string,
): Promise<{ readonly state: unknown; readonly inputs?: TitleInputs }> => {
  if (view === 'movie_reviews')
    return { state: batchReviews((await readWholeRows(batch.sentiment, rowIndex(sentiment.layout), [movieId]))[0]) };
  const [row] = await readWholeRows(batch.titles, rowIndex(titles.layout), [movieId]);
  const unknown = row === undefined ? await views.unknownTitles.get(movieId, { documents: ['live'] }) : undefined;
  const inputs = inputsOf(row, unknown?.documents[0] ?? null, await ratingsObservedMs(batch.statistics));
  return { state: view === 'movie_records' ? inputs.records : inputs.ratings, inputs };
};

const POINTS = 1000;
const TENTHS = 10;
const instantOf = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const pointsOf = (thousandths: number | null): number | null => (thousandths === null ? null : thousandths / POINTS);

/** How the rating that is shown comes about, and what of it is IMDb's. */
const ratingOf = (inputs: TitleInputs) => {
  const { dump, ratings } = inputs;
  const base = ratingBase(inputs);
  const { ratingE3, votes } = mergedRating(inputs);
  const isShown = dump !== null || inputs.records.additions > 0;
  return {
    dump:
      dump === null || dump.rating_tenths === null
        ? null
        : { rating: dump.rating_tenths / TENTHS, votes: dump.votes, observed_at: instantOf(inputs.ratingsObservedMs) },
    base:
      base === undefined
        ? null
        : { source: base.source, rating: pointsOf(base.averageE3), votes: base.votes, observed_at: instantOf(base.observedMs) },
    given: { sum: ratings.sum_tenths / TENTHS, count: ratings.count },
    arithmetic: isShown ? ratingArithmetic(inputs) : 'not shown: nobody has told of this title yet, and what was said of it waits',
    rating: isShown ? pointsOf(ratingE3) : null,
    votes: isShown ? votes : null,
  };
};

/** The title as it is now: what the version knew, and what events after it said. */
const inputsNow = (snapshot: Snapshot, inputs: TitleInputs, movieId: string): TitleInputs => {
  const added = <State>(view: typeof movieRatings | typeof movieRecords, before: State): State =>
    (snapshot.overlay?.parts(view, movieId) ?? []).reduce<unknown>(
      (sum, part) => mergeStates(view as KeyedView, sum as never, part.state as never), // as never: the view's own states
      before,
    ) as State; // as: merged with states of its own view
  return {
    ...inputs,
    records: added<RecordState>(movieRecords, inputs.records),
    ratings: added<RatingState>(movieRatings, inputs.ratings),
  };
};

const explain = async (snapshot: Snapshot, name: ViewName, movieId: string): Promise<string> => {
  const view: KeyedView = VIEWS[name];
  const parts = snapshot.overlay?.parts(view, movieId) ?? [];
  const { state: batch, inputs } = await batchState(snapshot, name, movieId);
  const merged = parts.reduce<unknown>((sum, part) => mergeStates(view, sum as never, part.state as never), batch); // as never: the view's own states
  return JSON.stringify({
    movie_id: movieId,
    view: name,
    stored_name: view.storedName,
    rule: RULES[name],
    position: snapshot.position === undefined ? null : positionText(snapshot.position),
    batch: { version: snapshot.publication.version, state: batch ?? emptyState(view) },
    epochs: parts.map(({ epoch, partition, lastOffset, state }) => ({ epoch, partition, last_offset: lastOffset, state })),
    merged,
    dump: inputs?.dump ?? null,
    shown: inputs === undefined || name !== 'movie_ratings' ? null : ratingOf(inputsNow(snapshot, inputs, movieId)),
  });
};

const POINTS_OR_NULL = Type.Union([Type.Number(), Type.Null()]);
const COUNT_OR_NULL = Type.Union([Type.Integer(), Type.Null()]);
const INSTANT_OR_NULL = Type.Union([Type.String(), Type.Null()]);

const RATING_SHOWN = Type.Object({
  dump: Type.Union([Type.Object({ rating: Type.Number(), votes: COUNT_OR_NULL, observed_at: INSTANT_OR_NULL }), Type.Null()], {
    description: "IMDb's rating in the dump of the version, and when it was so.",
  }),
  base: Type.Union(
    [Type.Object({ source: Type.String(), rating: POINTS_OR_NULL, votes: Type.Integer(), observed_at: INSTANT_OR_NULL }), Type.Null()],
    {
      description: 'What given ratings count beside: of IMDb what was observed last, else TMDB’s.',
    },
  ),
  given: Type.Object({ sum: Type.Number(), count: Type.Integer() }),
  arithmetic: Type.String({ examples: ['(7.0 × 10 + 9.5) / (10 + 1) = 7.227'] }),
  rating: POINTS_OR_NULL,
  votes: COUNT_OR_NULL,
});

export const addExplain = (add: AddDataRoute): void =>
  add({
    url: '/explain',
    operation: 'explain',
    summary: 'Where a number comes from',
    description:
      'For a title and a view: the part of the published version, the part of each epoch after it, the rule that merged them, and for ratings what of them is IMDb’s and how the number that is shown is computed.',
    tag: 'Service and data',
    params: Type.Object({}),
    query: Type.Object({
      movie_id: TITLE_ID_SCHEMA,
      view: Type.Enum(Object.keys(VIEWS), { type: 'string', default: 'movie_ratings', description: 'The view of events to look into.' }),
    }),
    data: Type.Object({
      movie_id: Type.String(),
      view: Type.String(),
      stored_name: Type.String({ description: 'Name and definition of the view in the stores.' }),
      rule: Type.String(),
      position: Type.Union([Type.String(), Type.Null()], { description: 'As in the header Rushes-Position.' }),
      batch: Type.Object({ version: Type.Integer(), state: Type.Unknown() }),
      epochs: Type.Array(
        Type.Object({ epoch: Type.Integer(), partition: Type.String(), last_offset: Type.Integer(), state: Type.Unknown() }),
      ),
      merged: Type.Unknown(),
      dump: Type.Unknown({
        description: 'What the dumps of the version say of the title, without events; null where they do not have it.',
      }),
      shown: Type.Union([RATING_SHOWN, Type.Null()], { description: 'How the rating that is shown comes about; null for other views.' }),
    }),
    // The position is a part of the answer.
    dependsOn: () => 'position',
    answer: async (snapshot, { query: { movie_id, view } }) => ({
      // as: the schema's values; an id that nothing is known by has empty states
      data: await explain(snapshot, view as ViewName, (await titleKeyOf(snapshot.views, movie_id)) ?? movie_id),
    }),
  });
