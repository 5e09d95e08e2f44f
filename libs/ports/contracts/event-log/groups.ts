import { PARTITIONS, type PartitionId } from '@rushes/domain';
import type { Membership, OwnedPartition } from '@rushes/ports';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';

import { logForEach, type OpenEventLog } from './opened-log.ts';

const LEASE_MS = 3_000;
const PATIENCE_MS = 30_000;

type Fences = ReadonlyMap<PartitionId, number>;
const fencesOf = (owned: readonly OwnedPartition[]): Fences => new Map(owned.map(({ partition, fence }) => [partition, fence]));

const isDivided = (owned: readonly Fences[]): boolean => {
  const sizes = owned.map(({ size }) => size);
  const all = owned.flatMap((one) => [...one.keys()]);
  return all.length === PARTITIONS.length && new Set(all).size === all.length && Math.max(...sizes) - Math.min(...sizes) <= 1;
};

/** Renews until these members, and no others, own everything between them, evenly. */
const settled = async (...members: readonly Membership[]): Promise<readonly Fences[]> => {
  const endMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const owned: Fences[] = [];
    for (const member of members) owned.push(fencesOf(await member.renew()));
    if (isDivided(owned)) return owned;
    if (performance.now() > endMs) {
      throw new Error(`not divided: ${JSON.stringify(owned.map((one) => [...one]))}`);
    }
    await setTimeout(50);
  }
};

/** Whose fences are higher: a partition's, after it passed from `before` to `after`. */
const expectHigherWhereMoved = (before: readonly Fences[], after: readonly Fences[]): void => {
  for (const [member, fences] of after.entries()) {
    for (const [partition, fence] of fences) {
      const formerly = before.findIndex((one) => one.has(partition));
      const former = before[formerly]?.get(partition) ?? -Infinity;
      if (formerly === member) expect(fence).toBe(former);
      else expect(fence).toBeGreaterThan(former);
    }
  }
};

const moves = (before: readonly Fences[], after: readonly Fences[]): number =>
  PARTITIONS.filter((partition) => before.findIndex((one) => one.has(partition)) !== after.findIndex((one) => one.has(partition))).length;

export const groupTests = (open: OpenEventLog): void => {
  describe('groups', () => {
    const given = logForEach(open);

    test('a member alone owns all partitions, and keeps them as they are', async () => {
      const member = await given.log.join('group', 'a', LEASE_MS);
      const first = await settled(member);
      expect(first[0]?.size).toBe(PARTITIONS.length);
      expect(await settled(member)).toEqual(first);
    });

    test('members divide evenly, with as few moves as can be, and fences grow where a partition moves', async () => {
      const other = await given.opened.reopen();
      const a = await given.log.join('group', 'a', LEASE_MS);
      const alone = await settled(a);
      const b = await other.join('group', 'b', LEASE_MS);
      const two = await settled(a, b);
      expectHigherWhereMoved(alone, two);
      expect(moves(alone, two)).toBe(9);
      const c = await other.join('group', 'c', LEASE_MS);
      const three = await settled(a, b, c);
      expectHigherWhereMoved(two, three);
      expect(moves(two, three)).toBe(6);
      const d = await given.log.join('group', 'd', LEASE_MS);
      const four = await settled(a, b, c, d);
      expectHigherWhereMoved(three, four);
      expect(moves(three, four)).toBe(4);
    });

    test('what a member gives up by leaving goes to the others, and nothing else moves', async () => {
      const [a, b, c] = [
        await given.log.join('group', 'a', LEASE_MS),
        await given.log.join('group', 'b', LEASE_MS),
        await (await given.opened.reopen()).join('group', 'c', LEASE_MS),
      ];
      const three = await settled(a, b, c);
      await b.leave();
      const two = await settled(a, c);
      expectHigherWhereMoved([three[0], new Map(), three[2]] as Fences[], [two[0], new Map(), two[1]] as Fences[]); // as: three and two members
      expect(moves([three[0], three[2]] as Fences[], [two[0], two[1]] as Fences[])).toBe(6);
      for (const [partition, fence] of three[1] ?? []) {
        expect(two.find((one) => one.has(partition))?.get(partition)).toBeGreaterThan(fence);
      }
      expect(await b.renew()).toEqual([]);
      expect(isDivided(await settled(a, c))).toBe(true);
    });

    test('more members than partitions: some own nothing', async () => {
      const members: Membership[] = [];
      for (let n = 0; n < PARTITIONS.length + 2; n++) members.push(await given.log.join('group', `member ${n}`, LEASE_MS));
      const owned = await settled(...members);
      expect(owned.filter(({ size }) => size === 0)).toHaveLength(2);
    });

    test('a member that does not renew loses all to the others; when it comes back, it has only what passed to it anew', async () => {
      const a = await given.log.join('group', 'a', LEASE_MS);
      const b = await (await given.opened.reopen()).join('group', 'b', LEASE_MS);
      const before = await settled(a, b);
      for (let passed = 0; passed <= LEASE_MS; passed += LEASE_MS / 3) {
        await given.opened.advance(LEASE_MS / 3);
        await a.renew();
      }
      const [alone] = await settled(a);
      expect(alone?.size).toBe(PARTITIONS.length);
      for (const [partition, fence] of before[1] ?? []) expect(alone?.get(partition)).toBeGreaterThan(fence);
      for (const { partition, fence } of await b.renew()) expect(fence).toBeGreaterThan(alone?.get(partition) ?? Infinity);
      const again = await settled(a, b);
      expectHigherWhereMoved([alone ?? new Map(), new Map()], again);
    });

    test('a clock that steps back makes no lease longer', async () => {
      const a = await given.log.join('group', 'a', LEASE_MS);
      const b = await given.log.join('group', 'b', LEASE_MS);
      await settled(a, b);
      await given.opened.advance(-3_600_000);
      for (let passed = 0; passed <= LEASE_MS; passed += LEASE_MS / 3) {
        await a.renew();
        await given.opened.advance(LEASE_MS / 3);
      }
      expect((await settled(a))[0]?.size).toBe(PARTITIONS.length);
    });

    test('members that renew in time lose nothing, however long it takes', async () => {
      const a = await given.log.join('group', 'a', LEASE_MS);
      const b = await given.log.join('group', 'b', LEASE_MS);
      const before = await settled(a, b);
      for (let n = 0; n < 6; n++) {
        await given.opened.advance(LEASE_MS / 2);
        expect([fencesOf(await a.renew()), fencesOf(await b.renew())]).toEqual(before);
      }
    });

    test('all leases ran out: the members that come back divide anew, and every fence has grown', async () => {
      const a = await given.log.join('group', 'a', LEASE_MS);
      const b = await given.log.join('group', 'b', LEASE_MS);
      const before = await settled(a, b);
      await given.opened.advance(2 * LEASE_MS);
      const after = await settled(b, a);
      for (const partition of PARTITIONS) {
        const fence = (owned: readonly Fences[]): number | undefined => owned.find((one) => one.has(partition))?.get(partition);
        expect(fence(after)).toBeGreaterThan(fence(before) ?? Infinity);
      }
    });

    test('who joins under the name of a member takes its place', async () => {
      const former = await given.log.join('group', 'a', LEASE_MS);
      const before = await settled(former);
      const now = await (await given.opened.reopen()).join('group', 'a', LEASE_MS);
      const after = await settled(now);
      expectHigherWhereMoved([before[0] ?? new Map(), new Map()], [new Map(), after[0] ?? new Map()]);
      expect(await former.renew()).toEqual([]);
      await former.leave();
      expect(await settled(now)).toEqual(after);
    });

    test('groups have nothing to do with each other', async () => {
      const one = await given.log.join('one', 'a', LEASE_MS);
      const two = await given.log.join('two', 'a', LEASE_MS);
      expect((await settled(one))[0]?.size).toBe(PARTITIONS.length);
      expect((await settled(two))[0]?.size).toBe(PARTITIONS.length);
      await two.leave();
      expect((await settled(one))[0]?.size).toBe(PARTITIONS.length);
    });
  });
};
