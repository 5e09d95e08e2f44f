/** The speed layer in a process: the log projected into the speed store, over stores that are open. */
import { countSpans, type Registry, type Session, startOperations } from '@rushes/runtime';
import { createSpeedMetrics, deadLetters, startSpeed, type WatchedSpeed } from '@rushes/speed';
import { gaugeProcesses, type LayerState, newProcessId, startHeartbeat, storeChecks, type Stores } from '@rushes/stores';

import { firstReadiness } from './first-readiness.ts';

const NOTHING = (): LayerState => ({});

/** Projects the log until the session ends. @param sources what the sources of the process say of themselves to whoever looks. */
export const project = (session: Session, stores: Stores, metrics: Registry, sources: () => LayerState = NOTHING): WatchedSpeed => {
  const { logger, lifecycle, tracing } = session;
  const { log, speed, owners, views, duplicateFilters, heartbeats } = stores;
  const keep = deadLetters(log);
  const member = newProcessId();
  const running = startSpeed(
    { log, speed, owners, duplicateFilters, published: () => views.currentPublication() },
    {
      logger,
      metrics: createSpeedMetrics(metrics),
      tracing,
      member,
      reject: async (partition, rejected) => {
        for (const { record, reason } of rejected)
          logger.warn({ partition, offset: record.offset, event_id: record.id }, `an event cannot be used: ${reason}`);
        await keep(partition, rejected);
      },
    },
  );
  lifecycle.onStop('the speed layer', () => running.stop());
  gaugeProcesses(metrics, heartbeats);
  countSpans(metrics, tracing);
  // Under the id that partitions are owned by.
  startHeartbeat(session, heartbeats, 'speed', () => ({ ready: running.isMember(), ...sources() }), member);
  return running;
};

/** The same as the whole work of a process, with metrics and health. Returns the address of these. */
export const projectAlone = async (session: Session, stores: Stores, metrics: Registry, sources?: () => LayerState): Promise<string> => {
  const speed = project(session, stores, metrics, sources);
  const conditions = {
    lease: () => speed.isMember(),
    projection: firstReadiness(speed, session.config.http.readyPatienceMs, session.logger),
  };
  return startOperations(session, metrics, { conditions, checks: storeChecks(stores) });
};
