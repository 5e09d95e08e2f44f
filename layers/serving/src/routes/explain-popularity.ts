/**
 * `GET /explain/popularity`: where the popularity of a title on a day comes from: the observation of the version, those of each epoch after it, and the one that is shown.
 */
import { bucketStart, DAY_MS, HOUR_MS, keyOf, laterPopularity, type MoviePopularity, popularityByHour, type StateOf } from '@rushes/views';
import { Type } from 'typebox';

import { popularityBuckets, type PopularityParts } from '../answers/popularity-buckets.ts';
import { shownPopularity } from '../answers/popularity-series.ts';
import { titleKeyOf } from '../answers/title-id.ts';
import { popularityIn } from '../merge/overlay/changed-popularity.ts';
import { positionText } from '../merge/position.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { byEpoch, type EpochPart, EXPLAINED_DAY, explainedDayFaults } from './explained-day.ts';
import type { AddDataRoute } from './route-definition.ts';

const RULE =
  'Of TMDB’s observations that say a popularity, the last one of the day counts, by its time, then by its offset: of the day in the version, and of each hour of the day in each epoch after it.';

/** The last observation of each hour of the day in each epoch. */
const partsOf = function* ({ overlay }: Snapshot, movieId: string, startMs: number): Generator<EpochPart<MoviePopularity>> {
  for (let at = startMs; at < startMs + DAY_MS; at += HOUR_MS)
    for (const { state, ...part } of overlay?.parts(popularityByHour, keyOf(popularityByHour, { movie_id: movieId, at_ms: at })) ?? []) {
      const value = popularityIn(state as StateOf<typeof popularityByHour>); // as: the view's own state
      if (value !== undefined) yield { ...part, value };
    }
};

const popularityOn = async (parts: PopularityParts, movieId: string, startMs: number): Promise<MoviePopularity | undefined> => {
  for await (const day of popularityBuckets(parts, { width: DAY_MS, fromMs: startMs, toMs: startMs + DAY_MS })) return day.of(movieId);
  return undefined;
};

const shown = (observed: MoviePopularity | undefined) => (observed === undefined ? null : shownPopularity(observed));

const OBSERVATION = Type.Object({ value: Type.Number(), observed_at: Type.String({ format: 'date-time' }) });
const OBSERVATION_OR_NULL = Type.Union([OBSERVATION, Type.Null()]);

export const addExplainPopularity = (add: AddDataRoute): void =>
  add({
    url: '/explain/popularity',
    operation: 'explainPopularity',
    summary: 'Where the popularity of a title on a day comes from',
    description:
      "TMDB's popularity of a day (UTC), of which `/analytics/trends?metric=popularity` and `/movies/{id}/popularity` are made: the observation of the published version, that of each epoch after it, and the one of them that counts.",
    tag: 'Service and data',
    params: Type.Object({}),
    query: EXPLAINED_DAY,
    check: explainedDayFaults,
    data: Type.Object({
      movie_id: Type.String(),
      date: Type.String({ format: 'date' }),
      rule: Type.String(),
      position: Type.Union([Type.String(), Type.Null()], { description: 'As in the header Rushes-Position.' }),
      batch: Type.Object({ version: Type.Integer(), latest: OBSERVATION_OR_NULL }),
      epochs: Type.Array(
        Type.Object({ epoch: Type.Integer(), partition: Type.String(), last_offset: Type.Integer(), latest: OBSERVATION }),
      ),
      merged: OBSERVATION_OR_NULL,
    }),
    // The position is a part of the answer.
    dependsOn: () => 'position',
    answer: async (snapshot, { query: { movie_id, date } }) => {
      // An id that nothing is known by has no popularity.
      const movieId = (await titleKeyOf(snapshot.views, movie_id)) ?? movie_id;
      const startMs = bucketStart(Date.parse(`${date}T00:00:00Z`), DAY_MS);
      const batch = await popularityOn({ batch: snapshot.batch, overlay: undefined }, movieId, startMs);
      return {
        data: JSON.stringify({
          movie_id: movieId,
          date,
          rule: RULE,
          position: snapshot.position === undefined ? null : positionText(snapshot.position),
          batch: { version: snapshot.publication.version, latest: shown(batch) },
          epochs: byEpoch(partsOf(snapshot, movieId, startMs), laterPopularity).map(({ epoch, partition, lastOffset, value }) => ({
            epoch,
            partition,
            last_offset: lastOffset,
            latest: shownPopularity(value),
          })),
          merged: shown(await popularityOn(snapshot, movieId, startMs)),
        }),
      };
    },
  });
