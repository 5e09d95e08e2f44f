/** The records of many partitions from one call of the log: in their order, without a hole, whatever the readers of other partitions do. */
import { setTimeout } from 'node:timers/promises';

import { type PartitionId, PARTITIONS, partitionId } from '@rushes/domain';
import type { EventLog, LogRecord } from '@rushes/ports';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { createLogFeed, type PartitionFeed } from '../../src/log-feed.ts';
import { openProjectionCase, type ProjectionCase } from './projection-case.ts';

const LONG_MS = 600_000;
const NEVER = new AbortController().signal;

let on: ProjectionCase;
beforeEach(async () => {
  on = await openProjectionCase();
});
afterEach(() => on.close());

const append = async (partition: PartitionId, count: number): Promise<void> => {
  await on.log.append(Array.from({ length: count }, (_, n) => ({ partition, key: 'k', id: `${n}`, value: '' })));
};
const takeAll = async (feed: PartitionFeed, count: number, limit = 1_000): Promise<readonly number[]> => {
  const taken: LogRecord[] = [];
  while (taken.length < count) taken.push(...(await feed.take(limit, LONG_MS, NEVER)));
  return taken.map(({ offset }) => offset);
};
const upTo = (count: number, from = 0): readonly number[] => Array.from({ length: count }, (_, n) => from + n);
/** The log, and how often it was followed. */
const watched = (log: EventLog): { readonly log: EventLog; readonly follow: ReturnType<typeof vi.fn<EventLog['follow']>> } => {
  const follow = vi.fn<EventLog['follow']>((...args) => log.follow(...args));
  return { log: { ...log, follow }, follow };
};

test('all partitions are read by one call, whichever have something', async () => {
  const { log, follow } = watched(on.log);
  const feed = createLogFeed(log);
  const feeds = new Map(PARTITIONS.map((partition) => [partition, feed.open(partition, 0)]));
  for (const [n, partition] of PARTITIONS.entries()) await append(partition, n);
  for (const [n, partition] of PARTITIONS.entries()) expect(await takeAll(feeds.get(partition) ?? expect.fail(), n)).toEqual(upTo(n));
  expect(follow).toHaveBeenCalledTimes(1);
  for (const one of feeds.values()) one.close();
});

test('what is appended while somebody waits ends the wait; without it nobody waits longer than was said', async () => {
  const one = createLogFeed(on.log).open('movie.ratings/2', 0);
  expect(await one.take(10, 5, NEVER)).toEqual([]);
  const taken = one.take(10, LONG_MS, NEVER);
  await append('movie.ratings/2', 1);
  expect(await taken).toHaveLength(1);
  one.close();
});

test('a signal ends the wait, with its reason', async () => {
  const one = createLogFeed(on.log).open('movie.ratings/2', 0);
  const ended = new AbortController();
  const taken = one.take(10, LONG_MS, ended.signal).then(
    () => undefined,
    (error: unknown) => error,
  );
  await setTimeout(5);
  ended.abort(new Error('no longer wanted'));
  expect(String(await taken)).toContain('no longer wanted');
  one.close();
});

test('readers that come, go and take slowly cost no other one a record', async () => {
  const reader = fc.record({ from: fc.nat(5), limit: fc.integer({ min: 1, max: 7 }), closesAfter: fc.nat(20) });
  await fc.assert(
    fc.asyncProperty(fc.array(reader, { minLength: 1, maxLength: 5 }), fc.array(fc.nat(6), { maxLength: 12 }), async (readers, appends) => {
      const log = await openProjectionCase();
      try {
        const feed = createLogFeed(log.log);
        const counts = new Map<PartitionId, number>();
        const add = async (partition: PartitionId, count: number): Promise<void> => {
          await log.log.append(Array.from({ length: count }, (_, n) => ({ partition, key: 'k', id: `${n}`, value: '' })));
          counts.set(partition, (counts.get(partition) ?? 0) + count);
        };
        for (let n = 0; n < 6; n++) await add(partitionId('movie.ratings', n), 6);
        const reading = readers.map(async ({ from, limit, closesAfter }, n) => {
          const partition = partitionId('movie.ratings', n);
          let one = feed.open(partition, from);
          let at = from;
          for (let steps = 0; at < (counts.get(partition) ?? 0); steps++) {
            if (steps === closesAfter) {
              one.close();
              one = feed.open(partition, at);
            }
            const taken = await one.take(limit, LONG_MS, NEVER);
            expect(taken.map(({ offset }) => offset)).toEqual(upTo(taken.length, at));
            at += taken.length;
          }
          one.close();
        });
        for (const n of appends) {
          await add(partitionId('movie.ratings', n % 6), 2);
          await setTimeout(0);
        }
        await Promise.all(reading);
      } finally {
        await log.close();
      }
    }),
    { numRuns: 15 },
  );
});

test('a reader that takes nothing stops no other, and has everything when it goes on', async () => {
  const { log, follow } = watched(on.log);
  const feed = createLogFeed(log);
  const [idle, busy] = [feed.open('movie.ratings/1', 0), feed.open('movie.ratings/2', 0)];
  for (let n = 0; n < 6; n++) await append('movie.ratings/1', 1_500);
  await append('movie.ratings/2', 3);
  // It is left out once enough lies ready.
  await expect.poll(() => follow.mock.lastCall?.[0], { timeout: 60_000 }).toEqual({ 'movie.ratings/2': expect.any(Number) });
  expect(await takeAll(busy, 3)).toEqual(upTo(3));
  await append('movie.ratings/2', 3);
  expect(await takeAll(busy, 3)).toEqual(upTo(3, 3));
  expect(await takeAll(idle, 9_000, 700)).toEqual(upTo(9_000));
  for (const one of [idle, busy]) one.close();
});

test('a fault of one partition is thrown after what lies before it, and the others go on', async () => {
  await append('movie.ratings/1', 3);
  const feed = createLogFeed(on.log);
  const [behind, fine] = [feed.open('movie.ratings/2', 7), feed.open('movie.ratings/1', 0)];
  await expect(behind.take(10, LONG_MS, NEVER)).rejects.toThrow('it has lost records, or is another log');
  await append('movie.ratings/1', 1);
  expect(await takeAll(fine, 4)).toEqual(upTo(4));
  for (const one of [behind, fine]) one.close();
});

test('a fault of the log is thrown to all; whoever begins anew goes on', async () => {
  await append('movie.ratings/1', 3);
  let isAway = true;
  const log: EventLog = {
    ...on.log,
    follow: (...args) => {
      if (isAway) throw new Error('the log is away');
      return on.log.follow(...args);
    },
  };
  const feed = createLogFeed(log);
  const both = [feed.open('movie.ratings/1', 0), feed.open('movie.ratings/2', 0)];
  for (const one of both) await expect(one.take(10, LONG_MS, NEVER)).rejects.toThrow('the log is away');
  isAway = false;
  for (const one of both) one.close();
  const again = feed.open('movie.ratings/1', 1);
  expect(await takeAll(again, 2)).toEqual([1, 2]);
  again.close();
});
