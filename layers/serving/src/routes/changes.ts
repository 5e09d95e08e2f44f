/** `GET /changes`: which titles changed in which views since a position, in the log's order; resumable at the position that the answer gives. */
import type { SpeedStore } from '@rushes/ports';
import { Type } from 'typebox';

import { entriesOf, readChanges } from '../follow/read-changes.ts';
import { parsePosition, POSITION_PATTERN, positionText } from '../merge/position.ts';
import { Problem, unavailable } from '../http/problem.ts';
import type { AddDataRoute } from './route-definition.ts';

const RETRY_AFTER_S = 60;
const MAX_RECORDS = 500;

/** What is told of one title of a change record. */
export const ChangeSchema = Type.Object({
  movie_id: Type.String(),
  views: Type.Array(Type.String()),
  partition: Type.String(),
  epoch: Type.Integer(),
  offset: Type.Integer(),
  at: Type.String({ format: 'date-time' }),
});

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
      changes: Type.Array(ChangeSchema),
    }),
    paged: true,
    isLive: true,
    problems: { 410: 'Changes since this position are not kept any more.' },
    dependsOn: () => 'position',
    answer: async ({ overlay, publication }, { query: { since, limit } }) => {
      if (speed === undefined) throw new Problem(503, 'This service has no speed layer to follow.');
      if (overlay === undefined) throw unavailable('What changed is not known yet.', RETRY_AFTER_S);
      const begin = (since === undefined ? undefined : parsePosition(since)) ?? publication.cut;
      const { changes, reached, more } = await readChanges(speed, begin, overlay.position, limit);
      const position = positionText(reached);
      return {
        data: JSON.stringify({ position, changes: changes.flatMap(entriesOf) }),
        next: more ? `/changes?since=${position}&limit=${limit}` : null,
      };
    },
  });
