import type { Logger } from '../logger.ts';
import { describeFinished, describeRunning, type TaskState } from './pace.ts';
import type { Progress } from './progress.ts';
import { trackTask } from './tracked-task.ts';

const fieldsOf = ({ name, unit, done, total, elapsedMs }: TaskState): Record<string, unknown> => ({
  task: name,
  unit,
  done,
  ...(total === undefined ? {} : { total }),
  elapsed_ms: Math.round(elapsedMs),
});

/** Progress as log lines: one at most every `everyMs` for each running task, and one when it is over. */
export const createLineProgress = (logger: Logger, nowMs: () => number, everyMs = 5_000): Progress => ({
  task: (options) => {
    let nextMs = nowMs() + everyMs;
    return trackTask(options, nowMs, {
      advanced: (state) => {
        if (nowMs() < nextMs) return;
        nextMs = nowMs() + everyMs;
        logger.info(fieldsOf(state), describeRunning(state));
      },
      finished: (state, note) => logger.info(fieldsOf(state), describeFinished(state, note)),
      failed: (state, note) => logger.warn(fieldsOf(state), describeFinished(state, note ?? 'failed')),
    });
  },
});
