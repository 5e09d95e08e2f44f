import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boundsAt, type EventLog } from '@rushes/ports';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openSqliteEventLog } from './index.ts';

/** What this log keeps beyond the contract: it counts exactly. */
const partition = 'movie.ratings/3';
const DAY_MS = 24 * 3_600_000;
let folder: string;
let log: EventLog;
let nowMs = 0;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlite-event-log-'));
  nowMs = Date.UTC(2026, 0, 1);
  log = await openSqliteEventLog(folder, { now: () => nowMs, retentionMs: 2 * DAY_MS });
});
afterEach(async () => {
  await log.close();
  await rm(folder, { recursive: true, force: true });
});

const append = (id: string) => log.append([{ partition, key: 'k', id, value: '' }]);

test('a record is removed when it is older than the retention, to the millisecond', async () => {
  await append('first');
  nowMs += 1;
  await append('second');
  nowMs += 2 * DAY_MS - 1;
  expect(await log.trim({ [partition]: 100 })).toBe(0);
  nowMs += 1;
  expect(await log.trim({ [partition]: 100 })).toBe(1);
  expect(boundsAt(await log.bounds(), partition)).toEqual({ earliest: 1, next: 2 });
  nowMs += 1;
  expect(await log.trim({ [partition]: 100 })).toBe(1);
  expect(boundsAt(await log.bounds(), partition)).toEqual({ earliest: 2, next: 2 });
  expect(await log.offsetsAtTime({ [partition]: 0 })).toEqual({ [partition]: 2 });
});

test('counts what it removed from all partitions', async () => {
  await log.appendBarrier(1);
  await append('one');
  nowMs += 3 * DAY_MS;
  expect(await log.trim({ [partition]: 2, 'movie.metadata/0': 1, 'movie.reviews/5': 0 })).toBe(3);
});

test('closing ends a trim between its steps', async () => {
  await log.append(Array.from({ length: 5_000 }, (_, n) => ({ partition, key: 'k', id: `event ${n}`, value: '' }) as const));
  nowMs += 3 * DAY_MS;
  const trimming = log.trim({ [partition]: 5_000 });
  await log.close();
  expect(await trimming).toBeLessThan(5_000);
});
