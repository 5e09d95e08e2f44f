/** The speed store on a node that is killed, stands still, or has files whose rows have expired. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { PartitionId } from '@rushes/domain';
import type { CassandraSpeedStore } from '@rushes/adapters/cassandra-speed-store';
import { type SpeedRow, StoreUnavailable, type TimedRow, WriteInDoubtError } from '@rushes/ports';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { type TestKeyspace, type TestKeyspaces, testKeyspaces } from '../../libs/adapters/src/cassandra-speed-store/keyspaces-for-tests.ts';
import { nodetool } from '../../tools/services/nodetool.ts';
import { type OwnServers, startOwnServers } from './own-servers.ts';
import { needsServers } from './needs-servers.ts';

const HOUR_MS = 3_600_000;
const PARTITIONS: readonly PartitionId[] = ['movie.ratings/0', 'movie.ratings/1', 'movie.reviews/0', 'movie.reviews/1'];
const LIMITS = { requestTimeoutMs: 1_000 };
const ROWS = 20;
const TO_LIVE_MS = 30_000;

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const position = (partition: PartitionId, offset: number) => ({ partition, offset, epoch: 1, opening: { offset: 0, appendedAtMs: 0 } });
const rowsOf = (partition: PartitionId, to: number): readonly TimedRow[] =>
  Array.from({ length: ROWS }, (_, n) => ({
    view: 'v',
    key: `${partition} ${to - ROWS + n}`,
    epoch: 1,
    partition,
    generation: 0,
    lastOffset: to - ROWS + n,
    appendedAtMs: 1,
    timestampUs: 1_767_323_045_000_000 + to,
    state: `state of ${to}`,
  }));

describe.skipIf(needsServers('cassandra'))('a node of its own', () => {
  let servers: OwnServers;
  let keyspaces: TestKeyspaces;
  let keyspace: TestKeyspace;
  let store: CassandraSpeedStore;
  beforeAll(async () => {
    servers = await startOwnServers(['cassandra']);
    keyspaces = testKeyspaces(servers.address('cassandra'));
  });
  afterAll(async () => {
    await keyspaces.end();
    await servers.dispose();
  });
  beforeEach(async () => {
    keyspace = await keyspaces.take();
    store = await keyspace.open({ limits: LIMITS });
  });
  afterEach(() => keyspace.giveBack());

  test('is killed under load: nothing that was acknowledged is lost, and the writers go on by themselves', async () => {
    const errors: unknown[] = [];
    const acknowledged = new Map<PartitionId, number>();
    const fences = new Map<PartitionId, number>();
    /** Writers go on until each has written some micro-batches after the node is back. */
    const back = new AbortController();
    const write = async (partition: PartitionId): Promise<void> => {
      const fence = (await store.owners.claim(partition, 'writer', 0)) ?? 0;
      fences.set(partition, fence);
      let at = 0;
      let sinceBack = 0;
      while (sinceBack < 5) {
        try {
          const to = at + ROWS;
          const rows = rowsOf(partition, to);
          await store.upsert(rows, HOUR_MS);
          await store.appendChange(
            { partition, from: at, to, epoch: 1, generation: 0, appendedAtMs: 1, rows: rows.map(({ timestampUs: _, ...row }) => row) },
            HOUR_MS,
          );
          expect(await store.putPosition(position(partition, to), fence)).toBe(true);
          acknowledged.set(partition, (at = to));
          if (back.signal.aborted) sinceBack += 1;
        } catch (error) {
          errors.push(error);
          if (!(error instanceof StoreUnavailable)) throw error;
          for (;;) {
            const progress = await store.progress().catch(() => undefined);
            const reached = progress?.find((one) => one.partition === partition);
            if (reached) {
              // The store has kept what it acknowledged, and perhaps the write that was in doubt.
              expect([acknowledged.get(partition) ?? 0, (acknowledged.get(partition) ?? 0) + ROWS]).toContain(
                reached.position?.offset ?? 0,
              );
              at = reached.position?.offset ?? 0;
              break;
            }
            await sleep(50);
          }
        }
      }
    };
    const writing = PARTITIONS.map(write);
    while ([...acknowledged.values()].reduce((sum, offset) => sum + offset, 0) < 4_000) await sleep(20);
    await servers.kill('cassandra');
    await sleep(500);
    await servers.start('cassandra');
    back.abort();
    await Promise.all(writing);
    expect(errors.some((error) => error instanceof WriteInDoubtError)).toBe(true);
    const others = await keyspace.open();
    for (const partition of PARTITIONS) {
      const end = acknowledged.get(partition) ?? 0;
      const rows = Array.from({ length: end / ROWS }, (_, n) => rowsOf(partition, (n + 1) * ROWS)).flat();
      expect(await others.readRows(rows)).toHaveLength(end);
      const changes = await others.changesAfter({ [partition]: 0 }, { limit: 1_000_000 });
      expect(changes.filter(({ rows: { length } }) => length === ROWS).map(({ to }) => to)).toEqual(
        Array.from({ length: end / ROWS }, (_, n) => (n + 1) * ROWS),
      );
      expect(await others.owners.claim(partition, 'next', fences.get(partition) ?? 0)).toBe((fences.get(partition) ?? 0) + 1);
    }
  }, 300_000);

  test('stands still for a while: writes are in doubt after their time is over, and everything goes on afterwards', async () => {
    const [partition = 'movie.ratings/0'] = PARTITIONS;
    const fence = (await store.owners.claim(partition, 'a', 0)) ?? 0;
    await store.putPosition(position(partition, 1), fence);
    await servers.freeze('cassandra');
    const begunMs = performance.now();
    const [moved, written, read, waited] = await Promise.all(
      [
        store.putPosition(position(partition, 2), fence),
        store.upsert(rowsOf(partition, ROWS), HOUR_MS),
        store.readRows(rowsOf(partition, ROWS)),
        store.changesAfter({ [partition]: 0 }, { limit: 1, waitMs: 600_000 }),
      ].map(failure),
    );
    expect(performance.now() - begunMs).toBeGreaterThan(900);
    for (const error of [moved, written]) expect(error).toBeInstanceOf(WriteInDoubtError);
    for (const error of [read, waited]) {
      expect(error).toBeInstanceOf(StoreUnavailable);
      expect(error).not.toBeInstanceOf(WriteInDoubtError);
    }
    await servers.resume('cassandra');
    for (let progress; progress === undefined;) {
      progress = await store.progress().catch(() => sleep(50));
      const offset = progress?.[0]?.position?.offset;
      if (progress) expect([1, 2]).toContain(offset);
    }
    expect(await store.putPosition(position(partition, 3), fence)).toBe(true);
    await store.upsert(rowsOf(partition, ROWS), HOUR_MS);
    expect(await store.readRows(rowsOf(partition, ROWS))).toHaveLength(ROWS);
  }, 120_000);

  test('gives back the room of rows that have expired: their files go whole, though younger rows live', async () => {
    const [partition = 'movie.ratings/0'] = PARTITIONS;
    // So that nobody waits for the three hours of grace, nor for the ten minutes between two looks.
    await keyspaces.execute(
      keyspace.name,
      `ALTER TABLE %KS%.speed_rows WITH gc_grace_seconds = 0 AND compaction = {'class': 'TimeWindowCompactionStrategy',
        'compaction_window_unit': 'HOURS', 'compaction_window_size': '2', 'expired_sstable_check_frequency_seconds': '1'}`,
    );
    const tables = join(servers.folder('cassandra'), 'data', keyspace.name);
    const files = (): readonly string[] =>
      readdirSync(tables)
        .filter((name) => name.startsWith('speed_rows-'))
        .flatMap((name) => readdirSync(join(tables, name)).filter((file) => file.endsWith('-Data.db')));
    const write = async (epoch: number, hoursAgo: number, ttlMs: number): Promise<void> => {
      const baseUs = (Date.now() - hoursAgo * HOUR_MS) * 1_000;
      const rows = rowsOf(partition, ROWS).map((row) => ({ ...row, epoch, timestampUs: baseUs + row.lastOffset }));
      await store.upsert(rows, ttlMs);
      await nodetool(servers.address('cassandra'), 'flush', keyspace.name, 'speed_rows');
    };
    /** Each flush leaves a file, which may be gone before the next one where those take long. */
    const expiring = new Set<string>();
    for (const [n, hoursAgo] of [16, 12, 8, 4].entries()) {
      await write(n + 1, hoursAgo, TO_LIVE_MS);
      for (const file of files()) expiring.add(file);
    }
    expect(expiring.size).toBeGreaterThanOrEqual(4);
    const lastMs = Date.now() + TO_LIVE_MS;
    await write(5, 0, HOUR_MS);
    // Lives a little longer than was asked for (see time-to-live.ts).
    await sleep(Math.max(0, lastMs + 3_000 - Date.now()));
    await write(6, 0, HOUR_MS);
    await expect.poll(() => files().filter((file) => expiring.has(file)), { timeout: 120_000, interval: 500 }).toEqual([]);
    const living: SpeedRow[] = [];
    for await (const rows of store.scan('v', 0)) living.push(...rows);
    expect([5, 6].map((epoch) => living.filter((row) => row.epoch === epoch).length)).toEqual([ROWS, ROWS]);
    expect(living).toHaveLength(2 * ROWS);
  }, 300_000);
});
