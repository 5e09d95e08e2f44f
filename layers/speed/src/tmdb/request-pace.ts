/**
 * When the next request may be made: a token bucket that holds one token, so requests are never closer together than its rate, and a number of them a day
 * (UTC). Attempts count, whatever comes of them. There is one for all replicas, since one process polls at a time.
 */
import type { Clock } from '../ingest/pace.ts';
import { BudgetSpentError } from './api.ts';

/** What was used of a day's requests; kept with the cursor, so that a restart does not begin the day anew. */
export interface DayUse {
  /** `2026-01-31`, UTC. */
  readonly day: string;
  readonly requests: number;
}

export interface RequestPace {
  /**
   * Waits until a request may be made, and counts it.
   * @throws BudgetSpentError, or the signal's reason.
   */
  take(signal: AbortSignal): Promise<void>;
  /** Nobody asks anything for so long: the server said so. */
  rest(ms: number): void;
  use(): DayUse;
  /** Takes over what was used before. */
  resume(use: DayUse | undefined): void;
  /** Requests that the day has left. */
  left(): number;
}

export interface PaceOptions {
  readonly perSecond: number;
  readonly perDay: number;
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;
/** Timers fire a little early now and then. */
const MARGIN_MS = 2;

export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const dayEnd = (day: string): number => Date.parse(day) + DAY_MS;

export const createRequestPace = ({ perSecond, perDay, clock }: PaceOptions): RequestPace => {
  const apartMs = Math.ceil(1000 / perSecond) + MARGIN_MS;
  let used: DayUse = { day: dayOf(clock.nowMs()), requests: 0 };
  let nextMs = clock.steadyMs();

  /** A clock that was set back does not give the day's requests a second time. */
  const today = (): DayUse => {
    const day = dayOf(clock.nowMs());
    if (day > used.day) used = { day, requests: 0 };
    return used;
  };
  return {
    async take(signal) {
      if (today().requests >= perDay) throw new BudgetSpentError(perDay, dayEnd(used.day));
      for (let ms = nextMs - clock.steadyMs(); ms > 0 && !signal.aborted; ms = nextMs - clock.steadyMs()) await clock.sleep(ms, signal);
      signal.throwIfAborted();
      nextMs = clock.steadyMs() + apartMs;
      const { day, requests } = today();
      used = { day, requests: requests + 1 };
    },
    rest(ms) {
      nextMs = Math.max(nextMs, clock.steadyMs() + ms);
    },
    use: today,
    resume(before) {
      const now = today();
      if (before === undefined || before.day < now.day) return;
      used = { day: before.day, requests: before.day === now.day ? Math.max(before.requests, now.requests) : before.requests };
    },
    left: () => Math.max(0, perDay - today().requests),
  };
};
