import { describe, expect, test } from 'vitest';
import { type Attempt, nextRunAt, type Unservable } from './next-run.ts';

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
const due = (history: readonly Attempt[], nowMs: number, unservable?: Unservable): number =>
  nextRunAt(history, '/imdb', policy, nowMs, unservable);

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
    expect(due([attempt('failed', hour)], end)).toBe(end + minute);
    expect(due([attempt('failed', hour), attempt('refused', 0)], end)).toBe(end + 2 * minute);
    expect(due([attempt('failed', hour), attempt('failed', 0), attempt('published', 0), attempt('failed', 0)], end)).toBe(end + 2 * minute);
  });

  test('never later than the interval, however often it failed', () => {
    const history = Array.from({ length: 30 }, () => attempt('failed', hour));
    expect(due(history, hour)).toBe(5 * hour);
  });

  test('a clock that was ahead stops nothing: whatever is recorded, never later than an interval from now', () => {
    const month = 30 * 24 * hour;
    for (const outcome of ['published', 'failed', 'refused', 'running', 'superseded'] as const) {
      expect(due([attempt(outcome, month)], hour), outcome).toBe(hour);
      expect(due([attempt(outcome, month), attempt('published', 0)], hour), outcome).toBe(hour);
    }
    // The clock was set back in the middle of a run.
    const [began, ended] = [attempt('published', hour), attempt('published', month)];
    expect(due([{ ...began, finishedAt: ended.finishedAt }], 2 * hour)).toBe(2 * hour);
    // Two machines never agree to the second.
    expect(due([{ ...attempt('running', hour), finishedAt: undefined }], hour - 1000)).toBe(5 * hour - 1000);
  });
  test('at once when what is published cannot be served, with growing waits where runs do not help', () => {
    const [published] = [attempt('published', hour)];
    const end = hour + minute;
    expect(due([published], 2 * hour)).toBe(5 * hour);
    expect(due([published], 2 * hour, { runs: 0 })).toBe(2 * hour);
    expect(due([published], end, { runs: 1 })).toBe(end + minute);
    expect(due([published], end, { runs: 3 })).toBe(end + 4 * minute);
    expect(due([published], end, { runs: 99 })).toBe(5 * hour);
    expect(due([attempt('running', hour)], end, { runs: 0 })).toBe(5 * hour);
    expect(due([attempt('failed', hour), published], end, { runs: 0 })).toBe(end + minute);
  });
});
