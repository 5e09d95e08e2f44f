/** `GET /changes`: which titles changed in which views since a position, in the log's order; resumable at the position that the answer gives. */
import { offsetAt, type OffsetVector, type PartitionId, PARTITIONS } from '@rushes/domain';
import type { ChangeRecord, SpeedStore } from '@rushes/ports';
import { KEYED_VIEWS, splitKey } from '@rushes/views';
import { Type } from 'typebox';

import { parsePosition, POSITION_PATTERN, positionText } from '../merge/position.ts';
import { Problem, unavailable } from '../http/problem.ts';
import type { AddDataRoute } from './route-definition.ts';

const RETRY_AFTER_S = 60;
const MAX_RECORDS = 500;

const VIEW_NAMES: ReadonlyMap<string, string> = new Map(KEYED_VIEWS.map((view) => [view.storedName, view.name]));

/** One entry a title and change record. */
const entriesOf = (change: ChangeRecord) => {
  const views = new Map<string, Set<string>>();
  for (const row of change.rows) {
    const { movieId } = splitKey(row.key);
    const names = views.get(movieId) ?? new Set<string>();
    views.set(movieId, names.add(VIEW_NAMES.get(row.view) ?? row.view));
  }
  return [...views].map(([movieId, names]) => ({
    movie_id: movieId,
    views: [...names].toSorted(),
    partition: change.partition,
    epoch: change.epoch,
    offset: change.to - 1,
    at: new Date(change.appendedAtMs).toISOString(),
  }));
};

/** Change records since a position, not beyond another, and how far they go. */
const readSince = async (speed: SpeedStore, since: OffsetVector, until: OffsetVector, limit: number) => {
  const reached: Partial<Record<PartitionId, number>> = { ...since };
  const behind = PARTITIONS.filter((partition) => offsetAt(since, partition) < offsetAt(until, partition));
  const after = Object.fromEntries(behind.map((partition) => [partition, offsetAt(since, partition)]));
  const found = Map.groupBy(await speed.changesAfter(after, { limit }), ({ partition }) => partition);
  const changes: ChangeRecord[] = [];
  for (const partition of behind) {
    for (const change of found.get(partition) ?? []) {
      if (changes.length === limit || change.to > offsetAt(until, partition)) break;
      if (change.from > offsetAt(reached, partition))
        throw new Problem(
          410,
          `The changes of ${partition} before offset ${change.from} are not kept any more: read the lists anew and go on from there.`,
        );
      changes.push(change);
      reached[partition] = change.to;
    }
  }
  const more = behind.some((partition) => offsetAt(reached, partition) < offsetAt(until, partition));
  return { changes, reached, more };
};

export const addChanges = (add: AddDataRoute, speed: SpeedStore | undefined): void =>
  add({
    url: '/changes',
    operation: 'listChanges',
    summary: 'Which titles changed since a position',
    description:
      'In the order of the log within each partition. `next` goes on where the answer ends; where nothing is left it is null, and `position` is what to ask with later. Changes are kept for 48 hours: 410 says that some are gone.',
    tag: 'Service and data',
    params: Type.Object({}),
    query: Type.Object({
      since: Type.Optional(
        Type.String({
          maxLength: 400,
          pattern: POSITION_PATTERN,
          description: 'A position, as in the header Rushes-Position; without it, the cut of the published version.',
        }),
      ),
      limit: Type.Integer({
        default: 100,
        minimum: 1,
        maximum: MAX_RECORDS,
        description: 'Change records at most; one may name several titles.',
      }),
    }),
    data: Type.Object({
      position: Type.String(),
      changes: Type.Array(
        Type.Object({
          movie_id: Type.String(),
          views: Type.Array(Type.String()),
          partition: Type.String(),
          epoch: Type.Integer(),
          offset: Type.Integer(),
          at: Type.String({ format: 'date-time' }),
        }),
      ),
    }),
    paged: true,
    isLive: true,
    problems: { 410: 'Changes since this position are not kept any more.' },
    dependsOn: () => 'position',
    answer: async ({ overlay, publication }, { query: { since, limit } }) => {
      if (speed === undefined) throw new Problem(503, 'This service has no speed layer to follow.');
      if (overlay === undefined) throw unavailable('What changed is not known yet.', RETRY_AFTER_S);
      const begin = (since === undefined ? undefined : parsePosition(since)) ?? publication.cut;
      const { changes, reached, more } = await readSince(speed, begin, overlay.position, limit);
      const position = positionText(reached);
      return {
        data: JSON.stringify({ position, changes: changes.flatMap(entriesOf) }),
        next: more ? `/changes?since=${position}&limit=${limit}` : null,
      };
    },
  });
