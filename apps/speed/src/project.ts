/** The speed layer in a process: the log projected into the speed store, over stores that are open. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

import { type Registry, type Session, startOperations } from '@rushes/runtime';
import { createSpeedMetrics, deadLetters, startSpeed, type WatchedSpeed } from '@rushes/speed';
import { storeChecks, type Stores } from '@rushes/stores';

/** Projects the log until the session ends. */
export const project = (
  { logger, lifecycle }: Session,
  { log, speed, owners, views, duplicateFilters }: Stores,
  metrics: Registry,
): WatchedSpeed => {
  const keep = deadLetters(log);
  const running = startSpeed(
    { log, speed, owners, duplicateFilters, published: () => views.currentPublication() },
    {
      logger,
      metrics: createSpeedMetrics(metrics),
      member: `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`,
      reject: async (partition, rejected) => {
        for (const { record, reason } of rejected)
          logger.warn({ partition, offset: record.offset, event_id: record.id }, `an event cannot be used: ${reason}`);
        await keep(partition, rejected);
      },
    },
  );
  lifecycle.onStop('the speed layer', () => running.stop());
  return running;
};

/** The same as the whole work of a process, with metrics and health. Returns the address of these. */
export const projectAlone = async (session: Session, stores: Stores, metrics: Registry): Promise<string> => {
  const speed = project(session, stores, metrics);
  return startOperations(session, metrics, { conditions: { lease: () => speed.isMember() }, checks: storeChecks(stores) });
};
