/** Members of a group over real owners, with the default times, on a clock in hand: how long partitions lie still when they pass from one to another. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openSqliteSpeedStore, type SqliteSpeedStore } from '@rushes/adapters/sqlite-speed-store';
import { type PartitionId, PARTITIONS } from '@rushes/domain';
import type { Group, Owners } from '@rushes/ports';
import { silentLogger } from '@rushes/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { DEFAULT_SPEED_OPTIONS } from '../../src/options.ts';
import { runMembership } from '../../src/run-membership.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

const { leaseMs } = DEFAULT_SPEED_OPTIONS;
/** What a call of the owners takes. */
const CALL_MS = 20;
/** What a writer takes to end: a micro-batch under load. */
const ENDING_MS = 2_500;
const NEVER = new AbortController().signal;

let folder: string;
let store: SqliteSpeedStore;
let clock: VirtualClock;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-membership-'));
  clock = createVirtualClock(Date.UTC(2026, 0, 5));
  store = await openSqliteSpeedStore(join(folder, 'speed.sqlite'), { now: clock.nowMs });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

interface Member {
  readonly id: string;
  readonly projecting: Map<PartitionId, number>;
  /** What a renewal said last. */
  group: Group;
  /** From now on its calls go nowhere, as those of a process that was killed or stands still. */
  isAway: boolean;
  stop(): Promise<void>;
}

/** How often a writer was begun for each partition, by whoever. */
const begun: PartitionId[] = [];
let members: Member[] = [];
beforeEach(() => {
  begun.length = 0;
  members = [];
});

const delayed = (member: () => Member): Owners => {
  const call = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    await clock.sleep(CALL_MS, NEVER);
    while (member().isAway) await clock.sleep(CALL_MS, NEVER);
    return work();
  };
  const { owners } = store;
  return {
    renew: (...args) => call(async () => (member().group = await owners.renew(...args))),
    claim: (...args) => call(() => owners.claim(...args)),
    release: (...args) => call(() => owners.release(...args)),
    leave: (...args) => call(() => owners.leave(...args)),
  };
};

const begin = (id: string): Member => {
  const stopped = new AbortController();
  const member: Member = {
    id,
    projecting: new Map(),
    group: { members: [], owned: [] },
    isAway: false,
    async stop() {
      stopped.abort();
      await running;
    },
  };
  const running = runMembership(
    {
      owners: delayed(() => member),
      member: id,
      leaseMs,
      logger: silentLogger,
      sleep: clock.sleep,
      onRenewed: () => undefined,
      async project(partition, fence, signal) {
        begun.push(partition);
        expect(member.projecting.has(partition)).toBe(false);
        member.projecting.set(partition, fence);
        const position = { partition, offset: fence, epoch: 1, opening: { offset: 0, appendedAtMs: 0 } };
        let isOwner = true;
        while (!signal.aborted && isOwner) {
          await clock.sleep(100, signal);
          if (!member.isAway) isOwner = await store.putPosition(position, fence);
        }
        if (isOwner) await clock.sleep(ENDING_MS, NEVER);
        member.projecting.delete(partition);
        return isOwner ? 'aborted' : 'fenced';
      },
    },
    stopped.signal,
  );
  members.push(member);
  return member;
};

const sizes = (): readonly number[] => members.map(({ projecting }) => projecting.size).toSorted((a, b) => b - a);
/** Partitions that somebody projects under the fence that the store takes. */
const projected = async (): Promise<number> => {
  const fences = new Map((await store.progress()).map(({ partition, fence }) => [partition, fence]));
  return PARTITIONS.filter((partition) => members.some((one) => !one.isAway && one.projecting.get(partition) === fences.get(partition)))
    .length;
};

test('one that is alone begins with everything, at once', async () => {
  begin('a');
  await clock.advance(10 * CALL_MS);
  expect([sizes(), await projected()]).toEqual([[18], 18]);
});

test.each([2, 3, 4])('%i members have their shares in less than a lease after the last one came, and keep them', async (count) => {
  for (let n = 0; n < count; n++) begin(`member ${n}`);
  await clock.advance(0.99 * leaseMs);
  const share = Math.floor(18 / count);
  expect(sizes().every((size) => size === share || size === share + 1)).toBe(true);
  expect(await projected()).toBe(18);
  const settled = begun.length;
  await clock.advance(20 * leaseMs);
  expect([await projected(), begun.length]).toEqual([18, settled]);
});

test('one that joins gets its share in less than a lease, nobody’s lease runs out meanwhile, and nothing moves that need not', async () => {
  const a = begin('a');
  await clock.advance(3 * leaseMs);
  const b = begin('b');
  for (let passed = 0; passed < 0.99 * leaseMs; passed += leaseMs / 100) {
    await clock.advance(leaseMs / 100);
    if (b.group.members.length > 0) expect((await store.owners.renew('looks', 1)).members).toEqual(expect.arrayContaining(['a', 'b']));
  }
  expect([a.projecting.size, b.projecting.size, await projected()]).toEqual([9, 9, 18]);
  expect(begun).toHaveLength(18 + 9);
});

test('all partitions move from one that leaves in less than a lease', async () => {
  const a = begin('a');
  await clock.advance(3 * leaseMs);
  const b = begin('b');
  await clock.advance(CALL_MS);
  const leaving = a.stop();
  await clock.advance(0.99 * leaseMs);
  await leaving;
  expect([b.projecting.size, await projected(), begun.length]).toEqual([18, 18, 36]);
  expect(await store.owners.renew('looks', 1)).toMatchObject({ members: ['b', 'looks'] });
});

test('a member that stands still for long loses all once, nobody else loses anything, and it has its share again when it goes on', async () => {
  const [a, b, c] = [begin('a'), begin('b'), begin('c')];
  await clock.advance(3 * leaseMs);
  expect(sizes()).toEqual([6, 6, 6]);
  const settled = begun.length;
  a.isAway = true;
  await clock.advance(2 * leaseMs);
  expect([b.projecting.size, c.projecting.size, await projected()]).toEqual([9, 9, 18]);
  expect(begun.length - settled).toBe(6);
  a.isAway = false;
  await clock.advance(2 * leaseMs);
  expect([sizes(), await projected()]).toEqual([[6, 6, 6], 18]);
  expect(begun.length - settled).toBe(12);
  await clock.advance(20 * leaseMs);
  expect(begun.length - settled).toBe(12);
});

test('all stand still for so long that every lease runs out: nothing moves', async () => {
  const [a, b] = [begin('a'), begin('b')];
  await clock.advance(3 * leaseMs);
  const settled = begun.length;
  for (const one of [a, b]) one.isAway = true;
  await clock.advance(3 * leaseMs);
  for (const one of [a, b]) one.isAway = false;
  await clock.advance(3 * leaseMs);
  expect([sizes(), await projected()]).toEqual([[9, 9], 18]);
  // Whoever comes back first may take the other for gone, once.
  expect(begun.length - settled).toBeLessThanOrEqual(18);
});

test('members that come and go leave nothing behind, and nothing is projected twice under one fence', async () => {
  const [a, b] = [begin('a'), begin('b')];
  await clock.advance(leaseMs);
  const c = begin('c');
  const leaving = [a.stop(), b.stop()];
  await clock.advance(leaseMs);
  await Promise.all(leaving);
  expect([c.projecting.size, await projected()]).toEqual([18, 18]);
  const left = c.stop();
  await clock.advance(leaseMs);
  await left;
  expect((await store.progress()).map(({ owner }) => owner)).toEqual(PARTITIONS.map(() => null));
  expect(await store.owners.renew('looks', 1)).toMatchObject({ members: ['looks'] });
});
