import { describe, expect, test } from 'vitest';
import { type Attempt, nextRunAt } from './next-run.ts';

const minute = 60_000;
const hour = 60 * minute;
const policy = { intervalMs: 4 * hour, firstRetryMs: minute };
const at = (ms: number): string => new Date(ms).toISOString();
const attempt = (outcome: Attempt['outcome'], startedMs: number, source = '/imdb'): Attempt => ({
  outcome,
  startedAt: at(startedMs),
  finishedAt: at(startedMs + minute),
  source,
});
const due = (history: readonly Attempt[], nowMs: number): number => nextRunAt(history, '/imdb', policy, nowMs);

describe('nextRunAt', () => {
  test('at once when nothing was ever attempted', () => expect(due([], 5 * hour)).toBe(5 * hour));

  test('an interval after the start of the last attempt', () => expect(due([attempt('published', hour)], 2 * hour)).toBe(5 * hour));

  test('at once when the time passed while nobody was there', () => expect(due([attempt('published', hour)], 99 * hour)).toBe(99 * hour));

  test('at once after a run that was interrupted or died', () => {
    expect(due([attempt('interrupted', hour)], 2 * hour)).toBe(2 * hour);
    expect(due([attempt('died', hour)], 2 * hour)).toBe(2 * hour);
  });

  test('at once when another folder is to be read', () => expect(due([attempt('published', hour, '/other')], 2 * hour)).toBe(2 * hour));

  test('sooner after failures, with growing waits counted from the end of the attempt', () => {
    const end = hour + minute;
    expect(due([attempt('failed', hour)], hour)).toBe(end + minute);
    expect(due([attempt('failed', hour), attempt('refused', 0)], hour)).toBe(end + 2 * minute);
    expect(due([attempt('failed', hour), attempt('failed', 0), attempt('published', 0), attempt('failed', 0)], hour)).toBe(
      end + 2 * minute,
    );
  });

  test('never later than the interval, however often it failed', () => {
    const history = Array.from({ length: 30 }, () => attempt('failed', hour));
    expect(due(history, hour)).toBe(5 * hour);
  });
});
