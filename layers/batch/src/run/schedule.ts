import { setTimeout as sleep } from 'node:timers/promises';
import { openLake } from '@rushes/lake';
import { createTroubleLog, explainError } from '@rushes/runtime';
import { nameOfSource } from '../bronze/imdb-source.ts';
import { openAttempts } from '../publish/attempts.ts';
import type { RunReport } from '../publish/run-record.ts';
import { findUnservable } from '../views/readable-artefact.ts';
import { nextRunAt, type SchedulePolicy } from './next-run.ts';
import type { BatchStores } from '../context/stores.ts';
import { type BatchContext, type BatchOptions, runBatch } from './run-batch.ts';

export interface ScheduleOptions extends BatchOptions {
  readonly intervalMinutes: number;
}

export interface Schedule {
  /** Settles with the first run's report, or with what made it fail; `undefined` if none was due before the schedule ended. */
  readonly firstRun: Promise<RunReport | undefined>;
  /** Whether a run is under way. */
  isRunning(): boolean;
  /** Ends the schedule; a run under way is interrupted and resumed by a later one. */
  stop(): Promise<void>;
}

const FIRST_RETRY_MS = 60_000;
/** Timers drift and machines sleep: look at the clock at least this often. */
const MAX_SLEEP_MS = 60_000;

/** Runs the batch layer again and again, catching up after downtime. What fails is logged and tried again later. */
export const startSchedule = (stores: BatchStores, options: ScheduleOptions, context: BatchContext): Schedule => {
  const ended = new AbortController();
  const signal = AbortSignal.any([ended.signal, context.signal]);
  const now = context.now ?? (() => new Date());
  const policy: SchedulePolicy = { intervalMs: options.intervalMinutes * 60_000, firstRetryMs: FIRST_RETRY_MS };
  const source = nameOfSource(options.imdbSource);
  const first = Promise.withResolvers<RunReport | undefined>();
  first.promise.catch(() => undefined); // whoever waits for it sees the error

  const attempts = openAttempts(openLake(stores.objects, ''), stores.views);
  const troubles = createTroubleLog({ logger: context.logger, level: 'error' });
  /** Runs of this process in a row that came to nothing that this code can serve. */
  let runsInVain = 0;
  let isRunning = false;

  const due = async (): Promise<number> => {
    const suspected = await findUnservable(stores.views);
    const history = await attempts.recent(now());
    // Another run may have published meanwhile, and removed what was looked at.
    const fault = suspected && (await findUnservable(stores.views));
    if (fault === undefined) runsInVain = 0;
    const dueMs = nextRunAt(history, source, policy, now().getTime(), fault && { runs: runsInVain });
    if (fault !== undefined && dueMs <= now().getTime())
      context.logger.warn(
        { reason: fault.kind, err: fault.error },
        `the published version cannot be served: ${fault.reason}; a run is due at once`,
      );
    return dueMs;
  };
  /** What earlier processes' runs came to is what an alarm has to go on seeing. */
  const recall = async (): Promise<void> => context.metrics?.recall(await attempts.reports());
  const waitUntilDue = async (): Promise<void> => {
    for (let announced = false; ; announced = true) {
      const leftMs = (await due()) - now().getTime();
      if (leftMs <= 0) return;
      if (!announced) context.logger.info({ next_run_in_s: Math.round(leftMs / 1000) }, 'waiting for the next batch run');
      await sleep(Math.min(leftMs, MAX_SLEEP_MS), undefined, { signal });
    }
  };
  const loop = async (): Promise<void> => {
    // A record that cannot be read is told by the look that comes next.
    await recall().catch(() => undefined);
    while (!signal.aborted) {
      try {
        await waitUntilDue();
        runsInVain += 1;
        isRunning = true;
        first.resolve(await runBatch(stores, options, { ...context, signal }).finally(() => (isRunning = false)));
        troubles.settle();
      } catch (err) {
        if (signal.aborted) return;
        const { message, hint } = explainError(err);
        troubles.report(`the batch run failed: ${message}`, err, { hint });
        first.reject(err);
        // Also what kept the schedule from seeing when a run is due, such as a damaged record, may be mended meanwhile.
        await sleep(FIRST_RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  };
  const running = loop().finally(() => first.resolve(undefined));
  return {
    firstRun: first.promise,
    isRunning: () => isRunning,
    async stop() {
      ended.abort();
      await running;
    },
  };
};
