import { expect, test } from 'vitest';

import { day, daysFromTo, sourceOfDay } from './backfill-days.ts';
import { outcomeOfJob } from './job-outcome.ts';
import { logLine } from './log-line.ts';

test('a line of the log is told for people', () => {
  const line = {
    level: 'info',
    time: '2026-11-28T19:00:01.000Z',
    pid: 1,
    hostname: 'x',
    version: 3,
    msg: 'batch run 3 began',
    full: true,
    tables: [],
  };
  expect(logLine(JSON.stringify(line))).toBe('19:00:01 batch run 3 began  version=3 full=true');
  expect(logLine(JSON.stringify({ ...line, level: 'error', msg: 'it failed', err: { message: 'no room' } }))).toBe(
    '19:00:01 ERROR it failed: no room  version=3 full=true',
  );
});

test('what is no JSON, or not of a log, is told as it is, and moves no cursor', () => {
  expect(logLine('Error: \u001b[2Jgone')).toBe('Error:  [2Jgone');
  expect(logLine('{"a":1}')).toBe('{"a":1}');
  expect(logLine('{"msg":"a\\u001b[2J"}')).toBe('a [2J');
});

test('days are in order, over the ends of months', () => {
  expect(daysFromTo('2026-02-27', '2026-03-01')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
  expect(() => daysFromTo('2026-03-01', '2026-02-27')).toThrow('2026-02-27 is before 2026-03-01');
  expect(() => daysFromTo('2062-03-01', '2064-02-27')).toThrow('more than 400');
  expect(() => day('2026-02-30')).toThrow('give a day like 2026-11-01.');
  expect(sourceOfDay('s3://rushes/imdb/', '2026-02-27')).toBe('s3://rushes/imdb/2026-02-27');
});

const end = (ended: 'complete' | 'failed' | 'deadline' | 'deleted', exitCode?: number) => ({
  ended,
  exitCode,
  reason: 'BackoffLimitExceeded',
  message: undefined,
});

test.each([
  [end('complete', 0), 'published', 0],
  [end('failed', 1), 'failed', 1],
  [end('failed', 2), 'misconfigured', 2],
  [end('failed', 3), 'refused', 3],
  [end('failed', 4), 'superseded', 4],
  [end('failed', 143), 'failed', 1],
  [end('failed'), 'failed', 1],
  [end('deadline', 143), 'deadline', 1],
  [end('deleted'), 'deleted', 1],
] as const)('a job with the end %o was %s and is followed to %i', (ended, outcome, code) => {
  expect(outcomeOfJob(ended)).toMatchObject({ outcome, exitCode: code });
});
