import { partitionId, type PartitionId } from '@rushes/domain';
import type { Owners, SpeedStore } from '@rushes/ports';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

export interface OpenedOwners {
  /** Owners without members and claims, and the store that checks their fences. */
  readonly owners: Owners;
  readonly store: SpeedStore;
  /** Another client of the same. */
  readonly reopen: () => Promise<Owners>;
  /** Lets time pass by the clock that leases run out by, or steps it back. */
  readonly advance: (milliseconds: number) => Promise<void>;
  readonly dispose: () => Promise<void>;
}

export interface OwnersContract {
  readonly name: string;
  readonly open: () => Promise<OpenedOwners>;
  /** How many random histories the property tries. */
  readonly runs?: number;
}

/** Whole seconds: a store may count them. */
const LEASE_MS = 6_000;
const RATINGS: PartitionId = 'movie.ratings/2';
const REVIEWS: PartitionId = 'movie.reviews/2';

/** What keeps two processes from projecting a partition with one another's offsets. Registers tests. */
export const ownersContract = ({ name, open, runs = 50 }: OwnersContract): void => {
  describe(`owners: ${name}`, () => {
    let opened: OpenedOwners;
    let owners: Owners;
    beforeEach(async () => {
      opened = await open();
      owners = opened.owners;
    });
    afterEach(() => opened.dispose());

    const members = async (member: string, of = owners) => (await of.renew(member, LEASE_MS)).members;
    const ownership = async (partition: PartitionId) =>
      (await owners.renew('somebody who looks', LEASE_MS)).owned.find((one) => one.partition === partition);
    const claimed = async (partition: PartitionId, member: string, seen: number, of = owners): Promise<number> => {
      const fence = await of.claim(partition, member, seen);
      return fence ?? expect.fail(`${member} did not get ${partition}`);
    };

    describe('members', () => {
      test('whoever renews is one, for every client, in the same order', async () => {
        expect(await owners.renew('b', LEASE_MS)).toEqual({ members: ['b'], owned: [] });
        const other = await opened.reopen();
        const both = await members('a', other);
        expect(both.toSorted()).toEqual(['a', 'b']);
        expect(await members('b')).toEqual(both);
        expect(await members('a', other)).toEqual(both);
      });

      test('a lease and a clock may have fractions of a millisecond', async () => {
        await opened.advance(0.4);
        expect((await owners.renew('a', LEASE_MS + 1 / 3)).members).toEqual(['a']);
      });

      test('one that does not renew in time is none, and is one again when it does', async () => {
        await members('a');
        await members('b');
        await opened.advance(LEASE_MS / 2);
        expect(await members('a')).toHaveLength(2);
        await opened.advance(LEASE_MS / 2 + 1_000);
        expect(await members('a')).toEqual(['a']);
        expect(await members('b')).toHaveLength(2);
      });

      test('members that renew in time stay, however long it takes', async () => {
        for (let n = 0; n < 6; n++) {
          await members('a');
          expect(await members('b')).toHaveLength(2);
          await opened.advance(LEASE_MS / 2);
        }
      });

      test('a clock that steps back makes no lease longer', async () => {
        await members('a');
        await members('b');
        await opened.advance(-3_600_000);
        await members('a');
        await opened.advance(LEASE_MS / 2);
        await members('a');
        await opened.advance(LEASE_MS / 2 + 1_000);
        expect(await members('a')).toEqual(['a']);
      });

      test('who leaves is none, and owns nothing; others keep what they have', async () => {
        await members('a');
        await members('b');
        const [first, second] = [await claimed(RATINGS, 'a', 0), await claimed(REVIEWS, 'b', 0)];
        await owners.leave('a');
        expect(await owners.renew('b', LEASE_MS)).toMatchObject({ members: ['b'] });
        expect(await ownership(RATINGS)).toEqual({ partition: RATINGS, owner: null, fence: first });
        expect(await ownership(REVIEWS)).toEqual({ partition: REVIEWS, owner: 'b', fence: second });
        await owners.leave('nobody');
      });

      test.each([0, -1, Number.NaN])('a lease of %d is refused', async (leaseMs) => {
        await expect(owners.renew('a', leaseMs)).rejects.toBeInstanceOf(RangeError);
      });
    });

    describe('claims', () => {
      test('a claim makes an owner, whom every client sees, and says the fence', async () => {
        const fence = await claimed(RATINGS, 'a', 0);
        expect(fence).toBeGreaterThan(0);
        const other = await opened.reopen();
        expect((await other.renew('b', LEASE_MS)).owned).toEqual([{ partition: RATINGS, owner: 'a', fence }]);
      });

      test('who claims with the fence that it saw takes over, under a higher one; with an older one it is too late', async () => {
        const first = await claimed(RATINGS, 'a', 0);
        const second = await claimed(RATINGS, 'b', first, await opened.reopen());
        expect(second).toBeGreaterThan(first);
        expect(await owners.claim(RATINGS, 'c', first)).toBeUndefined();
        expect(await owners.claim(RATINGS, 'c', 0)).toBeUndefined();
        expect(await owners.claim(RATINGS, 'a', first)).toBeUndefined();
        expect(await ownership(RATINGS)).toMatchObject({ owner: 'b', fence: second });
      });

      test('a claim that is repeated, because its answer was lost, is won still, until somebody else has claimed', async () => {
        const fence = await claimed(RATINGS, 'a', 0);
        expect(await owners.claim(RATINGS, 'a', 0)).toBe(fence);
        expect(await (await opened.reopen()).claim(RATINGS, 'a', 0)).toBe(fence);
        await claimed(RATINGS, 'b', fence);
        expect(await owners.claim(RATINGS, 'a', 0)).toBeUndefined();
      });

      test('of racing members one gets it', async () => {
        const clients = [owners, await opened.reopen(), await opened.reopen()];
        let seen = 0;
        for (let round = 0; round < 5; round++) {
          const got = await Promise.all(
            ['a', 'b', 'c', 'd', 'e', 'f'].map((member, n) => clients[n % 3]?.claim(RATINGS, `${member} ${round}`, seen)),
          );
          const won = got.filter((fence) => fence !== undefined);
          expect(won).toHaveLength(1);
          expect(won[0]).toBeGreaterThan(seen);
          seen = won[0] ?? 0;
        }
      });

      test('what is released is nobody’s, and its fence stays; a former owner releases nothing', async () => {
        const first = await claimed(RATINGS, 'a', 0);
        await owners.release(RATINGS, first);
        expect(await ownership(RATINGS)).toEqual({ partition: RATINGS, owner: null, fence: first });
        const second = await claimed(RATINGS, 'b', first);
        expect(second).toBeGreaterThan(first);
        await owners.release(RATINGS, first);
        expect(await ownership(RATINGS)).toMatchObject({ owner: 'b', fence: second });
        await owners.release(REVIEWS, 1);
        expect(await ownership(REVIEWS)).toBeUndefined();
      });

      test('an owner whose lease ran out owns it until somebody claims it', async () => {
        await members('a');
        const fence = await claimed(RATINGS, 'a', 0);
        await opened.advance(LEASE_MS + 1_000);
        expect(await ownership(RATINGS)).toMatchObject({ owner: 'a', fence });
        expect(await members('a')).toContain('a');
        expect(await ownership(RATINGS)).toMatchObject({ owner: 'a', fence });
      });
    });

    describe('fences', () => {
      const position = (offset: number) => ({ partition: RATINGS, offset, epoch: 1, opening: { offset: 0, appendedAtMs: 0 } });
      const coverage = { partition: RATINGS, epoch: 1, generation: 0, from: 0, expiresAtMs: 9e15, begun: 0, baseUs: 0 };

      test('the store takes what comes under the partition’s fence, and nothing from a former owner, as soon as another has claimed', async () => {
        const { store } = opened;
        const first = await claimed(RATINGS, 'a', 0);
        expect(await store.putPosition(position(1), first)).toBe(true);
        expect(await store.putCoverage(coverage, first)).toBe(true);
        const second = await claimed(RATINGS, 'b', first, await opened.reopen());
        expect(await store.putPosition(position(2), first)).toBe(false);
        expect(await store.putCoverage({ ...coverage, epoch: 2 }, first)).toBe(false);
        expect(await store.dropCoverage(RATINGS, 1, first)).toBe(false);
        expect(await store.progress()).toEqual([
          { partition: RATINGS, owner: 'b', fence: second, position: position(1), coverage: [coverage] },
        ]);
        expect(await store.putPosition(position(3), second)).toBe(true);
      });

      test('one that was released is taken until the next claim', async () => {
        const fence = await claimed(RATINGS, 'a', 0);
        await owners.release(RATINGS, fence);
        expect(await opened.store.putPosition(position(1), fence)).toBe(true);
      });
    });

    test('whatever members do: fences grow, and a partition is its last claimer’s until it is released', async () => {
      const step = fc.record({
        do: fc.constantFrom('claim', 'claim', 'claim', 'claim late', 'release', 'leave'),
        member: fc.constantFrom('a', 'b', 'c'),
        partition: fc.nat(1),
        client: fc.nat(1),
      });
      const clients = [owners, await opened.reopen()];
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          run += 1;
          const known = new Map<PartitionId, { owner: string | null; fence: number; before: number }>();
          for (const one of steps) {
            const client = clients[one.client] ?? owners;
            const partition = partitionId('movie.ratings', 1_000 + 2 * run + one.partition);
            const member = `${one.member} of ${run}`;
            const at = known.get(partition) ?? { owner: null, fence: 0, before: 0 };
            if (one.do === 'leave') {
              await client.leave(member);
              for (const [of, state] of known) if (state.owner === member) known.set(of, { ...state, owner: null });
            } else if (one.do === 'release') {
              await client.release(partition, at.fence);
              if (known.has(partition)) known.set(partition, { ...at, owner: null });
            } else if (one.do === 'claim') {
              const fence = await client.claim(partition, member, at.fence);
              expect(fence).toBeGreaterThan(at.fence);
              known.set(partition, { owner: member, fence: fence ?? 0, before: at.fence });
            } else if (known.has(partition))
              expect(await client.claim(partition, member, at.before)).toBe(at.owner === member ? at.fence : undefined);
          }
          const { owned } = await owners.renew('somebody who looks', LEASE_MS);
          for (const [partition, { owner, fence }] of known)
            expect(owned.find((one) => one.partition === partition)).toEqual({ partition, owner, fence });
        }),
        { numRuns: runs },
      );
    });
  });
};
