/** Time as a replay sees it: events come as far apart as they happened, or a number of times faster. */
import { setTimeout as sleepFor } from 'node:timers/promises';

export interface Clock {
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Only goes forward. */
  readonly steadyMs: () => number;
  /** Ends early, without an error, when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export const systemClock: Clock = {
  nowMs: Date.now,
  steadyMs: () => performance.now(),
  sleep: async (ms, signal) => {
    await sleepFor(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  },
};

export interface Pace {
  /** How long an event of this time has to wait still; 0 or less if it is due. The first one asked for is due at once. */
  untilDueMs(atMs: number): number;
}

/** @param timesFaster than the events happened; `Infinity` for no waiting at all. */
export const createPace = (timesFaster: number, clock: Pick<Clock, 'steadyMs'>): Pace => {
  let begun: { readonly atMs: number; readonly steadyMs: number } | undefined;
  return {
    untilDueMs(atMs) {
      if (timesFaster === Infinity || Number.isNaN(atMs)) return 0;
      begun ??= { atMs, steadyMs: clock.steadyMs() };
      return (atMs - begun.atMs) / timesFaster - (clock.steadyMs() - begun.steadyMs);
    },
  };
};
