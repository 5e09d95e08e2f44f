import type { PartitionId } from '@rushes/domain';
import { expect, test } from 'vitest';

import { trackArrivals } from './arrivals.ts';

const PARTITION = 'movie.ratings/0';
const row = (lastOffset: number, partition: 'movie.ratings/0' | 'movie.reviews/1' = PARTITION) => ({
  partition,
  lastOffset,
  appendedAtMs: 1_000 + lastOffset,
});
const at = (offset: number): ReadonlyMap<PartitionId, number> => new Map([[PARTITION, offset]]);

test('an event is told of when it is shown, once, however many rows it is in', () => {
  const arrivals = trackArrivals();
  arrivals.begin({ [PARTITION]: 5 });
  for (const lastOffset of [4, 5, 5, 7]) arrivals.add(row(lastOffset));
  expect(arrivals.take()).toEqual([]);
  arrivals.show(at(8));
  expect(arrivals.take()).toEqual([1_005, 1_007]);
  expect(arrivals.take()).toEqual([]);
  arrivals.add(row(7));
  arrivals.add(row(8));
  arrivals.add(row(0, 'movie.reviews/1'));
  arrivals.show(at(9));
  expect(arrivals.take()).toEqual([1_008, 1_000]);
});

test('before it began nothing is new, and what will not be shown is forgotten', () => {
  const arrivals = trackArrivals();
  arrivals.add(row(1));
  arrivals.begin({});
  arrivals.add(row(2));
  arrivals.clear();
  arrivals.show(at(3));
  expect(arrivals.take()).toEqual([]);
});

test('what waits to be shown is bounded', () => {
  const arrivals = trackArrivals();
  arrivals.begin({});
  for (let offset = 0; offset < 20_000; offset++) arrivals.add(row(offset));
  arrivals.show(at(20_000));
  expect(arrivals.take()).toHaveLength(10_000);
});
