/** Random histories of members, whose claims, releases and renewals are answered in any order, some late, some never, against what owners are. */
import { type PartitionId, PARTITIONS } from '@rushes/domain';
import type { Group } from '@rushes/ports';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { hasLeft, joining, type MembershipAction, type MembershipEvent, type MembershipState, next } from './membership.ts';

interface Owned {
  owner: string | null;
  fence: number;
}

/** What owners are, in a map; every member renews forever. */
const createOwners = (members: () => readonly string[]) => {
  const owned = new Map<PartitionId, Owned>();
  return {
    owned,
    group: (): Group => ({ members: members(), owned: [...owned].map(([partition, one]) => ({ partition, ...one })) }),
    claim(partition: PartitionId, member: string, seen: number): number | undefined {
      const now = owned.get(partition) ?? { owner: null, fence: 0 };
      if (now.fence === seen) owned.set(partition, { owner: member, fence: seen + 1 });
      const after = owned.get(partition);
      return after?.owner === member && after.fence > seen ? after.fence : undefined;
    },
    release(partition: PartitionId, fence: number): void {
      const now = owned.get(partition);
      if (now?.fence === fence) owned.set(partition, { owner: null, fence });
    },
  };
};

interface Simulated {
  state: MembershipState;
  readonly writers: Map<PartitionId, number>;
  /** What will be answered: what it does, and what the member hears then. */
  readonly pending: { readonly work: () => MembershipEvent; readonly partition: PartitionId }[];
}

const step = fc.record({
  member: fc.nat(2),
  do: fc.constantFrom('renew', 'renew', 'answer', 'answer', 'answer', 'stale renewal', 'lose answer', 'stop'),
  which: fc.nat(40),
});

test('whatever is answered when, no fence is projected under twice; left alone, all partitions are projected, evenly', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 60, maxLength: 200, size: 'max' }), (steps) => {
      const names = ['a', 'b', 'c'];
      /** Who has renewed, and not left. */
      const present = new Set<string>();
      const owners = createOwners(() => names.filter((name) => present.has(name)));
      const members = names.map((name): Simulated => ({ state: joining(name), writers: new Map(), pending: [] }));
      const fences = new Set<string>();
      let stale = owners.group();

      const perform = (one: Simulated, action: MembershipAction): void => {
        const { partition } = action;
        if (action.do === 'project') {
          const name = `${partition} ${action.fence}`;
          expect(fences.has(name)).toBe(false);
          fences.add(name);
          expect(one.writers.has(partition)).toBe(false);
          one.writers.set(partition, action.fence);
          return;
        }
        const work = (): MembershipEvent => {
          if (action.do === 'claim')
            return { type: 'claimed', partition, fence: owners.claim(partition, one.state.member, action.seenFence) };
          if (action.do === 'release') {
            expect(one.writers.has(partition)).toBe(false);
            owners.release(partition, action.fence);
            return { type: 'released', partition };
          }
          one.writers.delete(partition);
          return { type: 'ended', partition, isFenced: false };
        };
        one.pending.push({ work, partition });
      };
      const hear = (one: Simulated, event: MembershipEvent): void => {
        const { state, actions } = next(one.state, event);
        one.state = state;
        for (const action of actions) perform(one, action);
        if (hasLeft(state)) present.delete(state.member);
      };
      const renew = (one: Simulated): void => {
        present.add(one.state.member);
        hear(one, { type: 'renewed', group: (stale = owners.group()) });
      };
      const answer = (one: Simulated, which: number, isLost = false): void => {
        const [answered] = one.pending.splice(which % Math.max(1, one.pending.length), 1);
        if (answered === undefined) return;
        const event = answered.work();
        const canBeLost = event.type === 'claimed' || event.type === 'released';
        hear(one, isLost && canBeLost ? { type: 'failed', partition: answered.partition } : event);
      };

      for (const each of steps) {
        const one = members[each.member];
        if (one === undefined) continue;
        if (each.do === 'renew') renew(one);
        // An answer that was under way while others were given.
        else if (each.do === 'stale renewal' && present.has(one.state.member)) hear(one, { type: 'renewed', group: stale });
        else if (each.do === 'answer') answer(one, each.which);
        else if (each.do === 'lose answer') answer(one, each.which, true);
        else if (each.member > 0 && each.which === 0 && !one.state.isStopping) hear(one, { type: 'stop' });
      }
      for (let round = 0; round < 12; round++)
        for (const one of members) {
          while (one.pending.length > 0) answer(one, 0);
          // A writer whose partition was claimed by another finds that out.
          for (const [partition, fence] of one.writers)
            if (owners.owned.get(partition)?.fence !== fence) {
              one.writers.delete(partition);
              hear(one, { type: 'ended', partition, isFenced: true });
            }
          if (!hasLeft(one.state)) renew(one);
          while (one.pending.length > 0) answer(one, 0);
        }
      const staying = members.filter(({ state }) => !state.isStopping);
      const counts = staying.map(({ writers }) => writers.size);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(PARTITIONS.length);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      for (const { state, writers } of staying) {
        expect(state.isWaiting).toBe(false);
        for (const [partition, fence] of writers) expect(owners.owned.get(partition)).toEqual({ owner: state.member, fence });
      }
      for (const { state, writers } of members) if (state.isStopping) expect([hasLeft(state), writers.size]).toEqual([true, 0]);
    }),
    { numRuns: 300 },
  );
});

test('what another member owns is claimed only once it has released it, or is none any more', () => {
  const [first, ...others] = PARTITIONS;
  const owned = PARTITIONS.map((partition) => ({ partition, owner: 'a', fence: 3 }));
  const joined = next(joining('b'), { type: 'renewed', group: { members: ['a', 'b'], owned } });
  expect([joined.actions, joined.state.isWaiting]).toEqual([[], true]);
  const released = owned.map((one) => (one.partition === first ? one : { ...one, owner: null }));
  const { actions } = next(joined.state, { type: 'renewed', group: { members: ['a', 'b'], owned: released } });
  expect(actions.length).toBe(9);
  for (const action of actions) expect(action).toMatchObject({ do: 'claim', seenFence: 3 });
  const alone = next(joining('b'), { type: 'renewed', group: { members: ['b'], owned } });
  expect(alone.actions.map(({ partition }) => partition)).toEqual([first, ...others]);
});

test('a renewal that was answered before the own claims went through moves nothing', () => {
  const before = PARTITIONS.map((partition) => ({ partition, owner: null, fence: 4 }));
  const last = PARTITIONS.slice(12);
  let state = joining('b');
  const group = {
    members: ['a', 'b', 'c'],
    owned: PARTITIONS.map((partition, n) => ({ partition, owner: n < 6 ? 'a' : n < 12 ? 'c' : null, fence: 4 })),
  };
  const claims = next(state, { type: 'renewed', group });
  expect(claims.actions.map(({ partition }) => partition)).toEqual(last);
  ({ state } = claims);
  for (const partition of last) ({ state } = next(state, { type: 'claimed', partition, fence: 5 }));
  expect(next(state, { type: 'renewed', group: { ...group, owned: before } }).actions).toEqual([]);
});
