/** `GET /explain`: where a number comes from: the batch layer's part, each epoch's part, and the rule by which they were merged. */
import { emptyState, type KeyedView, mergeStates, movieRatings, movieRecords, movieReviews, sentiment, titles } from '@rushes/views';
import { Type } from 'typebox';

import { batchReviews } from '../overlay/change-reviews.ts';
import { inputsOf } from '../overlay/change-titles.ts';
import { readWhole } from '../overlay/merged-reader.ts';
import { rowIndex } from '../overlay/layout-row.ts';
import { positionText } from '../position.ts';
import type { AddDataRoute } from '../route-definition.ts';
import type { Snapshot } from '../snapshot.ts';
import { TITLE_ID_SCHEMA, titleKeyOf } from '../title-id.ts';

const VIEWS = { movie_records: movieRecords, movie_ratings: movieRatings, movie_reviews: movieReviews } as const;
type ViewName = keyof typeof VIEWS;

const RULES: Readonly<Record<ViewName, string>> = {
  movie_records:
    'Of each source and field, what stands last in the partition. Shown: posted, then TMDB, then the dump; a source that says nothing is passed over.',
  movie_ratings:
    'Counts, sums and histograms are added; of each source the last observation (by its time, then its offset) stays. Shown: (average × votes of the base + sum of given ratings) / (votes of the base + count), in thousandths, rounded half up; the base is IMDb’s dump or a later observation of it, else TMDB’s.',
  movie_reviews: 'Counts and sums are added; the latest reviews are the last five of both parts by their time.',
};

/** What the published version holds of a movie in a view. */
const batchState = async ({ batch, views }: Snapshot, view: ViewName, movieId: string): Promise<unknown> => {
  if (view === 'movie_reviews') return batchReviews(await readWhole(batch.sentiment, rowIndex(sentiment.layout), movieId));
  const row = await readWhole(batch.titles, rowIndex(titles.layout), movieId);
  const unknown = row === undefined ? await views.unknownTitles.get(movieId, { documents: ['live'] }) : undefined;
  const inputs = inputsOf(row, unknown?.documents[0] ?? null);
  return view === 'movie_records' ? inputs.records : inputs.ratings;
};

const explain = async (snapshot: Snapshot, name: ViewName, movieId: string): Promise<string> => {
  const view: KeyedView = VIEWS[name];
  const parts = snapshot.overlay?.parts(view, movieId) ?? [];
  const batch = await batchState(snapshot, name, movieId);
  const merged = parts.reduce<unknown>((sum, part) => mergeStates(view, sum as never, part.state as never), batch); // as never: the view's own states
  return JSON.stringify({
    movie_id: movieId,
    view: name,
    stored_name: view.storedName,
    rule: RULES[name],
    position: snapshot.overlay === undefined ? null : positionText(snapshot.overlay.position),
    batch: { version: snapshot.publication.version, state: batch ?? emptyState(view) },
    epochs: parts.map(({ epoch, partition, lastOffset, state }) => ({ epoch, partition, last_offset: lastOffset, state })),
    merged,
  });
};

export const addExplain = (add: AddDataRoute): void =>
  add({
    url: '/explain',
    operation: 'explain',
    summary: 'Where a number comes from',
    description:
      'For a title and a view: the part of the published version, the part of each epoch after it, and the rule that merged them.',
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
    }),
    // The position is a part of the answer.
    dependsOn: () => 'position',
    answer: async (snapshot, { query: { movie_id, view } }) => ({ data: await explain(snapshot, view as ViewName, titleKeyOf(movie_id)) }), // as: the schema's values
  });
