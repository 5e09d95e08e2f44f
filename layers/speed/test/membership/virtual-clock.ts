/** A clock that stands still as long as anything is left to do, and then steps to the next thing that somebody waits for. */
import { setImmediate } from 'node:timers/promises';

import type { Sleep } from '../../src/run-membership.ts';

export interface VirtualClock {
  readonly nowMs: () => number;
  readonly sleep: Sleep;
  /** Lets time pass. */
  readonly advance: (ms: number) => Promise<void>;
}

export const createVirtualClock = (beginMs: number): VirtualClock => {
  let nowMs = beginMs;
  const timers = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  return {
    nowMs: () => nowMs,
    sleep: (ms, signal) => {
      if (signal.aborted) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = (): void => {
        timers.delete(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = { atMs: nowMs + ms, wake };
      timers.add(timer);
      signal.addEventListener('abort', wake, { once: true });
      return promise;
    },
    async advance(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        await setImmediate();
        const [first] = [...timers].toSorted((a, b) => a.atMs - b.atMs);
        if (first === undefined || first.atMs > untilMs) break;
        nowMs = Math.max(nowMs, first.atMs);
        first.wake();
      }
      nowMs = untilMs;
    },
  };
};
