/** An epoch is projected again before its rows expire: by whom, how far, and under which generation. */
import { afterEach, beforeEach, expect, test } from 'vitest';

import { DEFAULT_SPEED_OPTIONS } from '../../src/options.ts';
import { FencedError } from '../../src/partition-writer.ts';
import { Broken, breaking, drain, HOUR_MS, openProjectionCase, type ProjectionCase, START_MS } from './projection-case.ts';
import { recording, toldBy } from './recording.ts';

const TRUSTED_MS = DEFAULT_SPEED_OPTIONS.ttlMs - DEFAULT_SPEED_OPTIONS.clockToleranceMs;

let on: ProjectionCase;
beforeEach(async () => {
  on = await openProjectionCase();
});
afterEach(() => on.close());

const rate: ProjectionCase['rate'] = (...scores) => on.rate(...scores);

test('projects an epoch again and promises it for another time to live', async () => {
  await rate(3, 4, 5, 6, 7, 8);
  await on.log.appendBarrier(1);
  const writer = await drain(await on.writer());
  on.clock.nowMs += 40 * HOUR_MS;
  const [first] = await on.coverage();
  if (first) writer.renew(first);
  await rate(9);
  await drain(writer);
  expect(await on.coverage()).toMatchObject([
    { epoch: 1, generation: 1, from: 0, expiresAtMs: START_MS + 40 * HOUR_MS + TRUSTED_MS },
    { epoch: 2, generation: 0 },
  ]);
  on.clock.nowMs += 20 * HOUR_MS; // what was written first has expired
  expect(await on.told()).toEqual(await on.plain());
});

test('of the epoch that is still open ends where the writer is, and the writer goes on in the new generation', async () => {
  const { store, rows } = recording(on.store);
  const writer = await on.writer({}, store);
  await rate(3, 4);
  await writer.step();
  const [first] = await on.coverage();
  if (first) writer.renew(first);
  await rate(5, 6);
  rows.length = 0;
  await drain(writer);
  expect(await on.coverage()).toMatchObject([{ epoch: 1, generation: 1 }]);
  expect(await on.told()).toEqual(await on.plain());
  // No row is ahead of the position: whoever begins to follow now would have to wait for it.
  expect(new Set(rows.map(({ lastOffset }) => lastOffset))).toEqual(new Set([0, 1, 2, 3]));
  const changes = await on.changes();
  // What comes after the renewal is in change records, for whoever has the rest already.
  expect(toldBy(changes)).toEqual(await on.plain());
  expect(changes.map(({ from, generation }) => [from, generation])).toEqual([
    [0, 0],
    [2, 1],
  ]);
});

test('by a former owner changes nothing', async () => {
  const former = await on.writer();
  await rate(3, 4);
  await former.step();
  for (const one of await on.coverage()) former.renew(one);
  const owner = await on.writer();
  await rate(5, 6);
  await drain(owner);
  const before = await on.coverage();
  await expect(former.step()).rejects.toThrow(FencedError);
  expect(await on.coverage()).toEqual(before);
  await rate(7);
  await drain(owner);
  expect(await on.told()).toEqual(await on.plain());
});

test('that broke off is begun anew under another generation, never in place', async () => {
  await rate(3, 4, 5);
  const broken = await drain(await on.writer({}, breaking(on.store, 8, true)));
  const [first] = await on.coverage();
  if (first) broken.renew(first);
  await expect(broken.step()).rejects.toThrow(Broken); // its rows are written, coverage still names the former ones
  expect(await on.coverage()).toMatchObject([{ generation: 0, begun: 1 }]);
  const writer = await on.writer();
  if (first) writer.renew(first);
  await writer.step();
  expect(await on.coverage()).toMatchObject([{ generation: 2, begun: 2 }]);
  expect(await on.told()).toEqual(await on.plain());
});

test('asked for twice is done once', async () => {
  await rate(3, 4, 5);
  const writer = await drain(await on.writer());
  const [first] = await on.coverage();
  for (let n = 0; n < 2; n += 1) {
    if (first) writer.renew(first);
    await writer.step();
  }
  expect(await on.coverage()).toMatchObject([{ generation: 1, begun: 1 }]);
});

test('stamps rows as any writer would: of an epoch that began in the same millisecond as the one before', async () => {
  await on.log.appendBarrier(1);
  await rate(6, 9); // of another epoch, so that the barriers lie apart
  await on.log.appendBarrier(2);
  await rate(3);
  const { store, rows } = recording(on.store);
  const writer = await drain(await on.writer({}, store));
  for (const one of await on.coverage()) if (one.epoch === 3) writer.renew(one);
  await rate(3);
  await drain(writer);
  const stamps = new Set(rows.map((row) => `${row.lastOffset}: ${row.timestampUs}`));
  expect(stamps.size).toBe(new Set(rows.map((row) => row.lastOffset)).size);
  expect(await on.told()).toEqual(await on.plain());
});

test('a writer that finds its epoch expired projects it again before it goes on', async () => {
  const writer = await on.writer();
  await rate(3, 4, 5);
  await drain(writer);
  on.clock.nowMs += 49 * HOUR_MS;
  await rate(3, 4);
  await drain(await on.writer());
  expect(await on.coverage()).toMatchObject([{ epoch: 1, generation: 1, expiresAtMs: START_MS + 49 * HOUR_MS + TRUSTED_MS }]);
  expect(await on.told()).toEqual(await on.plain());
});
