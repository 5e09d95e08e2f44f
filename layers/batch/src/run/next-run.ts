import type { VersionSummary } from '../publish/versions.ts';

export interface SchedulePolicy {
  readonly intervalMs: number;
  /** Wait after the first failure; doubled with each further one, up to the interval. */
  readonly firstRetryMs: number;
}

/** One attempt, newest first in a history. */
export type Attempt = Pick<VersionSummary, 'outcome' | 'startedAt' | 'finishedAt' | 'source'>;

const failed = ({ outcome }: Attempt): boolean => outcome !== 'published' && outcome !== 'running';

/** A history read by a clock that is behind: by so much clocks of two machines may differ. */
const CLOCK_SKEW_MS = 60_000;

/** What keeps the published version from being served by this code, and how many runs this process made against it. */
export interface Unservable {
  readonly runs: number;
}

/**
 * When the next run is due, as epoch milliseconds: an interval after the last attempt's start, sooner after failures, at once if nothing was
 * ever attempted, if the last attempt was interrupted or died, if it read another folder than `source`, if nothing can be served (`unservable`), or if the
 * time has passed meanwhile. An attempt in the future says that the clock was ahead, and nothing about when it was: that counts as long ago. So a run is
 * never due later than an interval from now.
 */
export const nextRunAt = (
  history: readonly Attempt[],
  source: string,
  policy: SchedulePolicy,
  nowMs: number,
  unservable?: Unservable,
): number => {
  const [last] = history;
  if (!last || last.startedAt === undefined || last.outcome === 'interrupted' || last.outcome === 'died' || last.source !== source)
    return nowMs;
  const recordedMs = [Date.parse(last.startedAt), Date.parse(last.finishedAt ?? last.startedAt)] as const;
  if (Math.max(...recordedMs) > nowMs + CLOCK_SKEW_MS) return nowMs;
  const [startedMs, endedMs] = [Math.min(recordedMs[0], nowMs), Math.min(recordedMs[1], nowMs)];
  const backedOff = (failures: number): number => {
    const backoffMs = policy.firstRetryMs * 2 ** Math.min(failures - 1, 20);
    return Math.max(nowMs, Math.min(endedMs + backoffMs, Math.max(endedMs, startedMs + policy.intervalMs)));
  };
  if (failed(last)) {
    const success = history.findIndex((attempt) => !failed(attempt));
    return backedOff(success < 0 ? history.length : success);
  }
  if (unservable === undefined || last.outcome === 'running') return Math.max(nowMs, startedMs + policy.intervalMs);
  // It published, and still nothing can be served: another run will hardly do better at once.
  return unservable.runs === 0 ? nowMs : backedOff(unservable.runs);
};
