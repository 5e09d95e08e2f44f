/** The speed layer on the embedded stores. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

import type { EmbeddedStores } from '@rushes/adapters/embedded';
import type { Registry, Session } from '@rushes/runtime';
import { createSpeedMetrics, deadLetters, startSpeed, type WatchedSpeed } from '@rushes/speed';

/** Projects the log until the session ends. */
export const project = (
  { logger, lifecycle }: Session,
  { log, speed, owners, views, duplicateFilters }: EmbeddedStores,
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
