/** What a writer of one partition writes, in which order, and what it promises of it, case by case. */
import { offsetAt } from '@rushes/domain';
import type { ChangeRecord, SpeedStore, TimedRow } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { DEFAULT_SPEED_OPTIONS } from '../../src/options.ts';
import { FencedError } from '../../src/partition-writer.ts';
import { nameOf } from './plain-fold.ts';
import {
  Broken,
  breaking,
  CREATED_MS,
  drain,
  HOUR_MS,
  openProjectionCase,
  PARTITION,
  type ProjectionCase,
  START_MS,
} from './projection-case.ts';
import { recording, toldBy } from './recording.ts';

const { ttlMs, clockToleranceMs } = DEFAULT_SPEED_OPTIONS;
const TRUSTED_MS = ttlMs - clockToleranceMs;
const NEVER_MS = Number.MAX_SAFE_INTEGER;

let on: ProjectionCase;
beforeEach(async () => {
  on = await openProjectionCase();
});
afterEach(() => on.close());

const rate: ProjectionCase['rate'] = (...scores) => on.rate(...scores);

test('coverage, rows, change record, position: in this order, each row with the full time to live', async () => {
  const { store, steps } = recording(on.store);
  const writer = await on.writer({}, store);
  await rate(3, 4);
  steps.length = 0;
  await writer.step();
  expect(steps).toEqual(['coverage of 1', `rows for ${ttlMs} ms`, `change 0-2 for ${ttlMs} ms`, 'position 2']);
});

test.each([0, 1, 2, 3, 4, 5, 6, 7].flatMap((at) => [true, false].map((before) => [at, before] as const)))(
  'a crash at write %i (before it: %s) loses and doubles nothing',
  async (at, before) => {
    await rate(3, 4, 5);
    await on.log.appendBarrier(1);
    await rate(6, 7);
    await expect(on.writer({}, breaking(on.store, at, before)).then(drain)).rejects.toThrow(Broken);
    await rate(8);
    await drain(await on.writer());
    expect(await on.told()).toEqual(await on.plain());
    expect(toldBy(await on.changes())).toEqual(await on.plain());
  },
);

test('what the store already has of an epoch is not folded again, whatever was written after it', async () => {
  const first = await on.writer({}, breaking(on.store, 3, true));
  await rate(3, 6, 9);
  // Rows stand, no position tells of them.
  await expect(first.step()).rejects.toThrow(Broken);
  await rate(3, 6);
  await drain(await on.writer());
  expect(await on.told()).toEqual(await on.plain());
});

test('events of an epoch do not count in the next one', async () => {
  await rate(3, 3, 3);
  await on.log.appendBarrier(4);
  await rate(3);
  await on.log.appendBarrier(2); // late: it changes nothing
  await rate(3);
  await drain(await on.writer());
  const epochs = Object.keys(await on.told()).map((name) => name.slice(-1));
  expect(new Set(epochs)).toEqual(new Set(['1', '5']));
  expect(await on.told()).toEqual(await on.plain());
});

test('change records follow one another without a hole, each of one epoch, and tell the same as the rows', async () => {
  await rate(3, 4, 5, 6, 7, 8, 9);
  await on.log.appendBarrier(1);
  await rate(3, 4);
  await on.log.appendBarrier(2);
  await drain(await on.writer());
  const changes: readonly ChangeRecord[] = await on.changes();
  expect(changes.map(({ from }) => from)).toEqual([0, ...changes.slice(0, -1).map(({ to }) => to)]);
  expect(changes.at(-1)?.to).toBe(offsetAt((await on.log.bounds()).next, PARTITION));
  expect(toldBy(changes)).toEqual(await on.told());
});

test('a micro-batch ends before its change record grows too large: each event of large states has one of its own, without a hole', async () => {
  await rate(3, 4, 5, 6, 7);
  await drain(await on.writer({ maxChangeBytes: 1 }));
  expect((await on.changes()).map(({ from, to }) => [from, to])).toEqual([0, 1, 2, 3, 4].map((from) => [from, from + 1]));
  expect(await on.position()).toMatchObject({ offset: 5 });
  expect(await on.told()).toEqual(await on.plain());
  expect(toldBy(await on.changes())).toEqual(await on.plain());
});

test('write timestamps follow from the log alone and grow with the offset, so a replay writes the same', async () => {
  await rate(3, 3);
  await on.log.appendBarrier(1);
  on.clock.nowMs += 5;
  await rate(3, 3, 3);
  const one = recording(on.store);
  await drain(await on.writer({ batchRecords: 2 }, one.store));
  // The same log at another time, in batches of another size, into a store with nothing in it.
  on.clock.nowMs += HOUR_MS;
  const empty = await openProjectionCase();
  const other = recording(empty.store);
  await drain(await on.writer({ batchRecords: 1 }, other.store));
  await empty.close();
  const stamped = (rows: readonly TimedRow[]) =>
    new Map(rows.map((row) => [`${nameOf(row.view, row.key, row.epoch)} at ${row.lastOffset}`, row.timestampUs]));
  const all = stamped(other.rows);
  for (const [name, timestampUs] of stamped(one.rows)) expect([name, all.get(name)]).toEqual([name, timestampUs]);
  const ofEpoch = other.rows.filter(({ epoch, view }) => epoch === 2 && view.startsWith('movie_ratings@'));
  expect(ofEpoch.map(({ timestampUs }) => timestampUs)).toEqual([1, 2, 3].map((n) => START_MS * 1000 + n));
  const ofFirst = other.rows.filter(({ epoch, view }) => epoch === 1 && view.startsWith('movie_ratings@'));
  expect(ofFirst.map(({ timestampUs }) => timestampUs)).toEqual([0, 1].map((n) => CREATED_MS * 1000 + n));
});

describe('an epoch is covered', () => {
  test('from the published cut on, if the store knows no position, and what lies before is left out', async () => {
    await rate(3, 4);
    await on.log.appendBarrier(1);
    await rate(5);
    on.published = { version: 1, cut: { [PARTITION]: 2 } };
    await drain(await on.writer());
    expect(await on.coverage()).toMatchObject([{ epoch: 2, from: 2, expiresAtMs: START_MS + TRUSTED_MS, baseUs: START_MS * 1000 - 2 }]);
    expect(Object.keys(await on.told()).every((name) => name.endsWith(' in 2'))).toBe(true);
  });

  test('until its first row expires, whoever writes more of it later', async () => {
    await drain(await on.writer());
    await on.log.appendBarrier(1);
    await drain(await on.writer());
    on.clock.nowMs += HOUR_MS;
    await rate(3);
    await drain(await on.writer());
    on.clock.nowMs += HOUR_MS;
    await rate(4);
    await drain(await on.writer());
    expect((await on.coverage()).map(({ expiresAtMs }) => expiresAtMs)).toEqual([NEVER_MS, START_MS + HOUR_MS + TRUSTED_MS]);
  });
});

describe('duplicates', () => {
  const again = { id: 'the same', movie: 1, score: 7 };

  test('are told apart by a writer that was not there when the first one came', async () => {
    await on.give(again);
    await on.log.appendBarrier(1);
    await drain(await on.writer());
    on.clock.nowMs += 47 * HOUR_MS;
    await on.give({ id: 'another', movie: 2, score: 1 }, again);
    expect(await (await on.writer()).step()).toMatchObject({ records: 2, duplicates: 1 });
  });

  /** Time passes with an event a day. */
  const pass = async (days: number): Promise<void> => {
    for (let day = 0; day < days; day += 1) {
      on.clock.nowMs += 24 * HOUR_MS;
      await on.give({ id: `day ${on.clock.nowMs}`, movie: 2, score: 1 });
    }
  };

  test('are none any more after 72 hours in which others came', async () => {
    await on.give(again);
    await drain(await on.writer());
    await pass(3);
    await on.give(again);
    await pass(3);
    on.clock.nowMs += 1;
    await on.give(again);
    expect(await (await on.writer({ batchRecords: 100 })).step()).toMatchObject({ records: 8, duplicates: 1 });
    expect(await on.told()).toEqual(await on.plain());
  });

  test('are told apart behind a clock that is three days ahead, by a writer that begins after it', async () => {
    await on.give(again);
    await pass(1);
    on.clock.nowMs += 72 * HOUR_MS;
    await on.give({ id: 'another', movie: 2, score: 1 });
    await on.log.appendBarrier(1);
    on.clock.nowMs -= 72 * HOUR_MS;
    await drain(await on.writer());
    await on.give(again);
    expect(await (await on.writer()).step()).toMatchObject({ records: 1, duplicates: 1 });
    expect(await on.told()).toEqual(await on.plain());
  });

  test('prolong the window of their id', async () => {
    await on.give(again);
    for (let n = 0; n < 3; n += 1) {
      on.clock.nowMs += 47 * HOUR_MS;
      await on.give(again);
    }
    expect(await (await on.writer()).step()).toMatchObject({ records: 4, duplicates: 3 });
  });

  test('of an event that cannot be used are not reported again', async () => {
    await on.give({ id: 'junk', movie: 1, score: 0 }, { id: 'junk', movie: 1, score: 0 });
    expect(await (await on.writer()).step()).toMatchObject({ rejected: 1, duplicates: 1, rows: 0 });
    expect(on.rejected.map(({ record }) => record.id)).toEqual(['junk']);
  });
});

test('a writer whose partition has another owner stops before it says how far it came', async () => {
  const former = await on.writer();
  const owner = await on.writer();
  await rate(3, 4);
  await drain(owner);
  await expect(former.step()).rejects.toThrow(FencedError);
  expect(await on.position()).toMatchObject({ offset: 2 });
  expect(await on.told()).toEqual(await on.plain());
});

test('a writer that failed once fails again, though the store works: it would take other records for duplicates', async () => {
  const options = { ttlMs: 100 * HOUR_MS };
  const again = { id: 'the same', movie: 1, score: 7 };
  await on.give(again);
  let fails = false;
  const upsert: SpeedStore['upsert'] = async (rows, ttl) => {
    if (fails) throw new Broken();
    await on.store.upsert(rows, ttl);
  };
  const writer = await drain(await on.writer(options, { ...on.store, upsert }));
  await on.give(again);
  on.clock.nowMs += 49 * HOUR_MS;
  await rate(4);
  fails = true;
  await expect(writer.step()).rejects.toThrow(Broken);
  fails = false;
  await expect(writer.step()).rejects.toThrow(Broken);
  await drain(await on.writer(options));
  expect(await on.told()).toEqual(await on.plain());
});

describe('a log that was trimmed behind the position', () => {
  /** The published cut lies at 3; the writer was at 0 and had written nothing of the epoch, whose coverage never expires. */
  const fallBehind = async (): Promise<void> => {
    await drain(await on.writer());
    await rate(4, 5);
    await on.log.appendBarrier(1);
    await on.log.appendBarrier(2);
    on.clock.nowMs += 49 * HOUR_MS;
    await on.log.trim({ [PARTITION]: 3 });
  };

  test('is gone on with at the published cut, and the epochs that were missed are promised no more', async () => {
    await fallBehind();
    on.published = { version: 2, cut: { [PARTITION]: 3 } };
    const writer = await on.writer();
    await rate(6);
    await drain(writer);
    expect(writer.offset).toBe(5);
    const [missed, ...others] = await on.coverage();
    expect(missed).toMatchObject({ epoch: 1, from: 0 });
    expect(missed?.expiresAtMs).toBeLessThanOrEqual(on.clock.nowMs);
    expect(others).toMatchObject([{ epoch: 3, from: 3, expiresAtMs: on.clock.nowMs + TRUSTED_MS }]);
  });

  test('does not stop a writer that is asked to renew what is gone', async () => {
    await fallBehind();
    on.published = { version: 2, cut: { [PARTITION]: 3 } };
    const writer = await on.writer();
    const before = await on.coverage();
    for (const one of before) writer.renew(one);
    await rate(6);
    await drain(writer);
    expect(writer.offset).toBe(5);
    expect((await on.coverage())[0]).toEqual(before[0]);
  });

  test('cannot be gone on with if no version covers what was missed', async () => {
    await fallBehind();
    on.published = { version: 1, cut: { [PARTITION]: 2 } };
    await expect(on.writer()).rejects.toThrow('was neither projected nor published');
  });
});
