import type { VersionSummary } from '../publish/versions.ts';

export interface SchedulePolicy {
  readonly intervalMs: number;
  /** Wait after the first failure; doubled with each further one, up to the interval. */
  readonly firstRetryMs: number;
}

/** One attempt, newest first in a history. */
export type Attempt = Pick<VersionSummary, 'outcome' | 'startedAt' | 'finishedAt' | 'source'>;

const failed = ({ outcome }: Attempt): boolean => outcome !== 'published' && outcome !== 'running';

/**
 * When the next run is due, as epoch milliseconds: an interval after the last attempt's start, sooner after failures, at once if nothing was
 * ever attempted, if the last attempt was interrupted or died, if it read another folder than `source`, or if the time has passed meanwhile.
 */
export const nextRunAt = (history: readonly Attempt[], source: string, policy: SchedulePolicy, nowMs: number): number => {
  const [last] = history;
  if (!last || last.startedAt === undefined || last.outcome === 'interrupted' || last.outcome === 'died' || last.source !== source)
    return nowMs;
  const startedMs = Date.parse(last.startedAt);
  if (!failed(last)) return Math.max(nowMs, startedMs + policy.intervalMs);
  const success = history.findIndex((attempt) => !failed(attempt));
  const failures = success < 0 ? history.length : success;
  const backoffMs = policy.firstRetryMs * 2 ** Math.min(failures - 1, 20);
  const endedMs = Date.parse(last.finishedAt ?? last.startedAt);
  return Math.max(nowMs, Math.min(endedMs + backoffMs, Math.max(endedMs, startedMs + policy.intervalMs)));
};
