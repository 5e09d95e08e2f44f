import type { Registry } from './metrics.ts';
import { type Needs, startOperationServer } from './operation-server.ts';
import type { Session } from './session.ts';
import { createTroubleLog } from './trouble-log.ts';

/**
 * Serves `/metrics` and `/health` of a process until its session ends, where `metrics.host` and `metrics.port` say. A check that fails is logged, since
 * the answer names no reason. Returns the address.
 * @throws TerminalError if the port cannot be had.
 */
export const startOperations = async (
  { config, logger, lifecycle }: Session,
  metrics: Registry,
  { conditions = {}, checks = {} }: Needs,
): Promise<string> => {
  const troubles = createTroubleLog({ logger, level: 'warn' });
  const logged = Object.entries(checks).map(([name, check]) => {
    const message = `not ready: ${name} does not answer`;
    const checked = (): Promise<unknown> =>
      check().then(
        () => troubles.settle(message),
        (error: unknown) => {
          troubles.report(message, error);
          throw error;
        },
      );
    return [name, checked] as const;
  });
  const server = await startOperationServer({
    ...config.metrics,
    metrics,
    needs: { conditions, checks: Object.fromEntries(logged) },
    onTrouble: (message, err) => logger.warn({ err }, message),
  });
  lifecycle.onStop('metrics and health', () => server.close());
  return server.url;
};
