/** A node that is killed or stands still under load. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { PartitionId } from '@rushes/domain';
import { StoreUnavailable, type TimedRow, WriteInDoubtError } from '@rushes/ports';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import type { CassandraSpeedStore } from './index.ts';
import { type TestKeyspace, type TestKeyspaces, testKeyspaces } from './keyspaces-for-tests.ts';
import { noNode, startNode, type TestNode } from './node-for-tests.ts';

const HOUR_MS = 3_600_000;
const PARTITIONS: readonly PartitionId[] = ['movie.ratings/0', 'movie.ratings/1', 'movie.reviews/0', 'movie.reviews/1'];
const LIMITS = { requestTimeoutMs: 1_000 };
const ROWS = 20;

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

if (noNode !== undefined) process.stderr.write(`skipped: ${noNode}\n`);

describe.skipIf(noNode !== undefined)('a node of its own', () => {
  let node: TestNode;
  let keyspaces: TestKeyspaces;
  let keyspace: TestKeyspace;
  let store: CassandraSpeedStore;
  beforeAll(async () => {
    node = await startNode();
    keyspaces = testKeyspaces(node.contactPoint);
  });
  afterAll(async () => {
    await keyspaces.end();
    await node.end();
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
    await node.kill();
    await sleep(500);
    await node.start();
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
    await node.freeze();
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
    await node.thaw();
    for (let progress; progress === undefined;) {
      progress = await store.progress().catch(() => sleep(50));
      const offset = progress?.[0]?.position?.offset;
      if (progress) expect([1, 2]).toContain(offset);
    }
    expect(await store.putPosition(position(partition, 3), fence)).toBe(true);
    await store.upsert(rowsOf(partition, ROWS), HOUR_MS);
    expect(await store.readRows(rowsOf(partition, ROWS))).toHaveLength(ROWS);
  }, 120_000);
});
