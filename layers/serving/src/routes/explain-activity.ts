/**
 * `GET /explain/activity`: where a day of a title comes from, of which trends, anomalies and what trends are made: the entry of the version, what each epoch after it
 * adds, and both together.
 */
import {
  bucketStart,
  DAY_MS,
  FIVE_MINUTES_MS,
  keyOf,
  type MovieActivity,
  NO_ACTIVITY,
  ratingsByFiveMinutes,
  reviewsByFiveMinutes,
  type StateOf,
} from '@rushes/views';
import { Type } from 'typebox';

import { type ActivityParts, dailyActivity, plusActivity } from '../answers/daily-activity.ts';
import { titleKeyOf } from '../answers/title-id.ts';
import { positionText } from '../merge/position.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { byEpoch, type EpochPart, EXPLAINED_DAY, explainedDayFaults } from './explained-day.ts';
import type { AddDataRoute } from './route-definition.ts';

const RULE =
  'Counts and sums are added: the entry of the day in the version, and those of each five minutes of the day in each epoch after it. A day’s average is sum / count.';

const rated = ({ count, sum_tenths }: StateOf<typeof ratingsByFiveMinutes>): MovieActivity => ({
  ...NO_ACTIVITY,
  ratings: count,
  sumTenths: sum_tenths,
});
const reviewed = ({ count, compound_e4 }: StateOf<typeof reviewsByFiveMinutes>): MovieActivity => ({
  ...NO_ACTIVITY,
  reviews: count,
  compoundE4: compound_e4,
});

/** What each five minutes of the day have in each epoch. */
const partsOf = function* ({ overlay }: Snapshot, movieId: string, startMs: number): Generator<EpochPart<MovieActivity>> {
  for (let at = startMs; at < startMs + DAY_MS; at += FIVE_MINUTES_MS) {
    const row = { movie_id: movieId, at_ms: at };
    for (const { state, ...part } of overlay?.parts(ratingsByFiveMinutes, keyOf(ratingsByFiveMinutes, row)) ?? [])
      yield { ...part, value: rated(state as StateOf<typeof ratingsByFiveMinutes>) }; // as, and below: the view's own state
    for (const { state, ...part } of overlay?.parts(reviewsByFiveMinutes, keyOf(reviewsByFiveMinutes, row)) ?? [])
      yield { ...part, value: reviewed(state as StateOf<typeof reviewsByFiveMinutes>) };
  }
};

const activityOn = async (parts: ActivityParts, movieId: string, startMs: number): Promise<MovieActivity> => {
  for await (const day of dailyActivity(parts, startMs, startMs + DAY_MS)) return day.of(movieId);
  return NO_ACTIVITY;
};

const shown = ({ ratings, sumTenths, reviews, compoundE4 }: MovieActivity) => ({
  ratings,
  sum_tenths: sumTenths,
  reviews,
  compound_e4: compoundE4,
});

const ACTIVITY = Type.Object({
  ratings: Type.Integer(),
  sum_tenths: Type.Integer({ description: 'Sum of the scores, in tenths of points.' }),
  reviews: Type.Integer(),
  compound_e4: Type.Integer({ description: "Sum of VADER's compound scores, in ten-thousandths." }),
});

export const addExplainActivity = (add: AddDataRoute): void =>
  add({
    url: '/explain/activity',
    operation: 'explainActivity',
    summary: 'Where a day of a title comes from',
    description:
      'Ratings and reviews of a day (UTC), of which `/analytics/trends`, `/analytics/anomalies` and `/trending/movies` are made: the part of the published version, the part of each epoch after it, and both together.',
    tag: 'Service and data',
    params: Type.Object({}),
    query: EXPLAINED_DAY,
    check: explainedDayFaults,
    data: Type.Object({
      movie_id: Type.String(),
      date: Type.String({ format: 'date' }),
      rule: Type.String(),
      position: Type.Union([Type.String(), Type.Null()], { description: 'As in the header Rushes-Position.' }),
      batch: Type.Object({ version: Type.Integer(), activity: ACTIVITY }),
      epochs: Type.Array(Type.Object({ epoch: Type.Integer(), partition: Type.String(), last_offset: Type.Integer(), activity: ACTIVITY })),
      merged: ACTIVITY,
    }),
    // The position is a part of the answer.
    dependsOn: () => 'position',
    answer: async (snapshot, { query: { movie_id, date } }) => {
      // An id that nothing is known by has no activity.
      const movieId = (await titleKeyOf(snapshot.views, movie_id)) ?? movie_id;
      const startMs = bucketStart(Date.parse(`${date}T00:00:00Z`), DAY_MS);
      const batch = await activityOn({ batch: snapshot.batch, overlay: undefined }, movieId, startMs);
      return {
        data: JSON.stringify({
          movie_id: movieId,
          date,
          rule: RULE,
          position: snapshot.position === undefined ? null : positionText(snapshot.position),
          batch: { version: snapshot.publication.version, activity: shown(batch) },
          epochs: byEpoch(partsOf(snapshot, movieId, startMs), plusActivity).map(({ epoch, partition, lastOffset, value }) => ({
            epoch,
            partition,
            last_offset: lastOffset,
            activity: shown(value),
          })),
          merged: shown(await activityOn(snapshot, movieId, startMs)),
        }),
      };
    },
  });
