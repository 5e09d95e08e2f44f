/** A clock on which only sleeping takes time. */
import type { Clock } from '@rushes/speed';

export const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

export interface TestClock extends Clock {
  readonly slept: number[];
  advance(ms: number): void;
}

export const testClock = (): TestClock => {
  let passedMs = 0;
  const slept: number[] = [];
  return {
    slept,
    nowMs: () => START_MS + passedMs,
    steadyMs: () => passedMs,
    sleep: async (ms) => {
      slept.push(ms);
      passedMs += ms;
    },
    advance: (ms) => void (passedMs += ms),
  };
};
