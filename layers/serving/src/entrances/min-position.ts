/**
 * `Rushes-Min-Position`: an answer that knows of everything before a position, on any replica. Invariant: a request that names a position is answered
 * from a snapshot that reaches it, or not at all.
 */
import { offsetAt, type OffsetVector, PARTITIONS } from '@rushes/domain';
import type { EventLog } from '@rushes/ports';
import type { FastifyInstance } from 'fastify';

import type { CurrentSnapshot } from '../merge/current-snapshot.ts';
import { parsePosition } from '../merge/position.ts';
import { badRequest, unavailable } from '../http/problem.ts';
import { trafficOf } from '../http/traffic.ts';
import type { PositionWaits } from './position-waits.ts';

const HEADER = 'rushes-min-position';
const RETRY_AFTER_S = 1;

export interface MinPositionContext {
  readonly snapshots: CurrentSnapshot;
  readonly waits: PositionWaits;
  /** Where positions come from; `undefined`: nobody knows how far they go. */
  readonly log: Pick<EventLog, 'bounds'> | undefined;
  /** How long a request waits. */
  readonly waitMs: number;
}

const ill = (detail: string) => badRequest([{ in: 'header', name: 'Rushes-Min-Position', detail }]);

/** Whether the log has come to a position. */
const isInLog = async (log: Pick<EventLog, 'bounds'>, position: OffsetVector): Promise<boolean> => {
  const { next } = await log.bounds();
  return PARTITIONS.every((partition) => offsetAt(position, partition) <= offsetAt(next, partition));
};

/** For all data routes of the scope. */
export const demandPositions = (scope: FastifyInstance, { snapshots, waits, log, waitMs }: MinPositionContext): void => {
  const reach = async (position: OffsetVector): Promise<void> => {
    if (await waits.until(position, 0)) return;
    // Nobody was given such a position: waiting for it would be in vain.
    if (log !== undefined && !(await isInLog(log, position))) throw ill('lies beyond the end of the log');
    if (!(await waits.until(position, waitMs))) throw unavailable('What is served has not come to this position yet.', RETRY_AFTER_S);
  };
  scope.addHook('onRequest', (request, _reply, done) => {
    const asked = request.headers[HEADER];
    if (asked === undefined || trafficOf(request.routeOptions.url) !== 'data') return done();
    const position = parsePosition(String(asked));
    if (position === undefined) return done(ill('must be a position as Rushes-Position tells one'));
    // The route itself says what that means.
    if (snapshots.peek() === undefined) return done();
    return reach(position);
  });
};
