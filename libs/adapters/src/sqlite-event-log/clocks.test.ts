/** Clocks of processes that write to one log: who may stamp. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ClockAheadError, type EventLog } from '@rushes/ports';
import { highestBarrier, readLog } from '@rushes/ports/contracts/read-log';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { CLOCK_LIMIT_MS, FRESH_MS, type Reading, untrustedAheadMs } from './clocks.ts';
import { openSqliteEventLog } from './index.ts';

const DAY_MS = 24 * 3_600_000;
const START_MS = Date.UTC(2026, 0, 2);
const BOOTED_MS = 100 * DAY_MS;

describe('by their readings', () => {
  /** Read `agoMs` ago, by a clock that is ahead of the true time by `aheadMs`. */
  const read = (aheadMs: number, agoMs = 0, boot = 'now'): Reading => ({
    wallMs: START_MS - agoMs + aheadMs,
    uptimeMs: BOOTED_MS - agoMs,
    boot,
  });
  const good = read(0);
  const ahead = read(3 * DAY_MS);
  const cases: readonly (readonly [string, Reading, Reading | undefined, readonly Reading[], boolean])[] = [
    ['nobody else wrote', ahead, undefined, [], true],
    ['ahead of the only other one', ahead, undefined, [read(0, 5_000)], false],
    ['by no more than the limit', read(CLOCK_LIMIT_MS), undefined, [read(0, 5_000)], true],
    ['by a millisecond more', read(CLOCK_LIMIT_MS + 1), undefined, [read(0, 5_000)], false],
    ['the other one wrote too long ago', ahead, undefined, [read(0, FRESH_MS + 1)], true],
    ['the other one wrote before the machine was started anew', ahead, undefined, [read(0, 5_000, 'before')], true],
    ['behind the others', read(-3 * DAY_MS), undefined, [read(0), read(0, 9_000)], true],
    ['one comes in that is behind', good, read(0, 60_000), [read(-3 * DAY_MS)], true],
    ['a newcomer among one that is behind and one that agrees', good, undefined, [read(-3 * DAY_MS), read(0, 9_000)], true],
    ['its clock jumped since it was trusted', ahead, read(0, 60_000), [read(0, 5_000)], false],
    ['its clock jumped, and nobody else wrote', ahead, read(0, 60_000), [], true],
    ['it was ahead before the others came', ahead, read(3 * DAY_MS, 60_000), [read(0, 5_000)], true],
    ['ahead of two, of whom one agrees', ahead, undefined, [read(0), read(3 * DAY_MS, 9_000)], true],
    ['ahead of two', ahead, undefined, [read(0), read(0, 9_000)], false],
  ];
  test.each(cases)('%s', (_what, own, trusted, others, isTrusted) => {
    expect(untrustedAheadMs(own, trusted, others) === undefined).toBe(isTrusted);
  });
});

describe('of one log', () => {
  const partition = 'movie.ratings/3';
  let folder: string;
  let elapsedMs: number;
  const logs: EventLog[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sqlite-event-log-'));
    elapsedMs = 0;
  });
  afterEach(async () => {
    for (const log of logs.splice(0)) await log.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** A process whose clock is ahead by `ahead.ms`. */
  const process = async (ahead = { ms: 0 }) => {
    const log = await openSqliteEventLog(folder, { now: () => START_MS + elapsedMs + ahead.ms, uptimeMs: () => BOOTED_MS + elapsedMs });
    logs.push(log);
    return { log, ahead, post: (id: string) => log.append([{ partition, key: 'k', id, value: '' }]) };
  };
  const times = async (log: EventLog) => (await readLog(log, partition)).map(({ appendedAtMs }) => appendedAtMs - START_MS);

  test('one that is three days ahead writes nothing, whatever it wants to write; the others go on', async () => {
    const [good, wrong] = [await process(), await process({ ms: 3 * DAY_MS })];
    await good.post('a');
    const wanted = [() => wrong.post('b'), () => wrong.log.appendBarrier(1), () => wrong.log.trim({ [partition]: 1 })];
    for (const want of wanted) {
      const error: unknown = await want().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ClockAheadError);
      expect(error).toMatchObject({ location: good.log.location, aheadMs: 3 * DAY_MS, message: expect.stringContaining('259200 s ahead') });
    }
    elapsedMs += 1000;
    await good.post('c');
    expect(await times(good.log)).toEqual([0, 1000]);
    expect(await highestBarrier(good.log)).toBe(0);
    expect(await readLog(wrong.log, partition, 0, 1), 'reading needs no clock').toHaveLength(1);
  });

  test('one whose clock is set right is trusted again', async () => {
    const [good, wrong] = [await process(), await process({ ms: 3 * DAY_MS })];
    await good.post('a');
    await expect(wrong.post('b')).rejects.toBeInstanceOf(ClockAheadError);
    wrong.ahead.ms = 0;
    await wrong.post('b');
    expect(await times(good.log)).toEqual([0, 0]);
  });

  test('where the machine’s clock is set ahead, the first one to write waits for the others to see it, and all go on', async () => {
    const machine = { ms: 0 };
    const [one, other, third] = [await process(machine), await process(machine), await process(machine)];
    for (const each of [one, other, third]) await each.post('before');
    machine.ms = 10 * 3_600_000;
    elapsedMs += 5000;
    const outcomes: string[] = [];
    for (const each of [one, other, third, one, other, third])
      outcomes.push(
        await each.post('after').then(
          () => 'appended',
          (error: Error) => error.name,
        ),
      );
    expect(outcomes).toEqual(['ClockAheadError', 'ClockAheadError', 'appended', 'appended', 'appended', 'appended']);
  });

  test('one that is behind keeps nobody from writing', async () => {
    const good = await process();
    await good.post('a');
    const wrong = await process({ ms: -3 * DAY_MS });
    await wrong.post('b');
    elapsedMs += 1000;
    await good.post('c');
    expect(await times(good.log)).toEqual([0, 0, 1000]);
  });

  test('days in which nobody wrote are no jump', async () => {
    const [one, other] = [await process(), await process()];
    await one.post('a');
    elapsedMs += 3 * DAY_MS;
    await other.post('b');
    expect(await times(one.log)).toEqual([0, 3 * DAY_MS]);
  });
});

test('append times do not go down within a partition while the clock goes back and forth', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sqlite-event-log-'));
  let nowMs = START_MS;
  const logs = [await openSqliteEventLog(folder, { now: () => nowMs }), await openSqliteEventLog(folder, { now: () => nowMs })] as const;
  for (const [n, stepMs] of [10, -60_000, 5, -3_600_000, 7_200_000, -1, 0].entries()) {
    await logs[n % 2 === 0 ? 0 : 1].append([{ partition: 'movie.ratings/1', key: 'k', id: `event ${n}`, value: '' }]);
    nowMs += stepMs;
    if (n === 3) await logs[0].appendBarrier(1);
  }
  const times = (await readLog(logs[0], 'movie.ratings/1')).map(({ appendedAtMs }) => appendedAtMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(new Set(times).size).toBeGreaterThan(1);
  for (const log of logs) await log.close();
  await rm(folder, { recursive: true, force: true });
});
