/**
 * What a member of the group holds, and what it does next. Pure: `next` takes a state and what happened, and returns the state after it and what is to be done.
 * Invariants: a partition is projected only under a fence that this member got, once; it is released only after its writer has ended; what another member owns is
 * claimed only once that member has released it or is none any more.
 */
import { type PartitionId, PARTITIONS } from '@rushes/domain';
import type { Group, Ownership } from '@rushes/ports';

import { divide } from './divide.ts';

export type Holding =
  | { readonly phase: 'claiming' }
  | { readonly phase: 'projecting'; readonly fence: number }
  /** Its writer has been asked to end. */
  | { readonly phase: 'ending'; readonly fence: number }
  | { readonly phase: 'releasing'; readonly fence: number };

export interface MembershipState {
  readonly member: string;
  readonly isStopping: boolean;
  readonly holdings: ReadonlyMap<PartitionId, Holding>;
  /** Some partition is to be this member's, and is another's still: worth asking again soon. */
  readonly isWaiting: boolean;
}

export type MembershipEvent =
  | { readonly type: 'renewed'; readonly group: Group }
  /** The answer to a claim. */
  | { readonly type: 'claimed'; readonly partition: PartitionId; readonly fence: number | undefined }
  /** A writer has ended: because it was asked to, or because it found that another member has the partition. */
  | { readonly type: 'ended'; readonly partition: PartitionId; readonly isFenced: boolean }
  | { readonly type: 'released'; readonly partition: PartitionId }
  /** A claim or a release failed: how things are, the next renewal tells. */
  | { readonly type: 'failed'; readonly partition: PartitionId }
  | { readonly type: 'stop' };

export type MembershipAction =
  | { readonly do: 'claim'; readonly partition: PartitionId; readonly seenFence: number }
  | { readonly do: 'project' | 'release'; readonly partition: PartitionId; readonly fence: number }
  | { readonly do: 'end'; readonly partition: PartitionId };

export interface NextMembership {
  readonly state: MembershipState;
  readonly actions: readonly MembershipAction[];
}

export const joining = (member: string): MembershipState => ({ member, isStopping: false, holdings: new Map(), isWaiting: false });

/** Whether nothing is held any more after a stop. */
export const hasLeft = ({ isStopping, holdings }: MembershipState): boolean => isStopping && holdings.size === 0;

/** What a change of one partition's holding leads to; `undefined`: nothing. */
type Change = readonly [PartitionId, Holding | undefined, MembershipAction?];

const change = (state: MembershipState, changes: readonly Change[]): NextMembership => {
  const holdings = new Map(state.holdings);
  for (const [partition, holding] of changes) {
    if (holding === undefined) holdings.delete(partition);
    else holdings.set(partition, holding);
  }
  return { state: { ...state, holdings }, actions: changes.flatMap(([, , action]) => action ?? []) };
};

const project = (partition: PartitionId, fence: number): Change => [
  partition,
  { phase: 'projecting', fence },
  { do: 'project', partition, fence },
];
const end = (partition: PartitionId, fence: number): Change => [partition, { phase: 'ending', fence }, { do: 'end', partition }];
const release = (partition: PartitionId, fence: number): Change => [
  partition,
  { phase: 'releasing', fence },
  { do: 'release', partition, fence },
];

/** Who owns what, as far as it counts: what was read before a claim of one's own went through is older than that claim. */
const ownersNow = ({ member, holdings }: MembershipState, owned: ReadonlyMap<PartitionId, Ownership>): Map<PartitionId, string> => {
  const owners = new Map<PartitionId, string>();
  for (const partition of PARTITIONS) {
    const holding = holdings.get(partition);
    const { owner = null, fence = 0 } = owned.get(partition) ?? {};
    const isOwn = holding?.phase === 'claiming' || (holding?.phase === 'projecting' && fence <= holding.fence);
    if (isOwn) owners.set(partition, member);
    else if (owner !== null) owners.set(partition, owner);
  }
  return owners;
};

const renewed = (state: MembershipState, { members, owned }: Group): NextMembership => {
  if (state.isStopping) return { state, actions: [] };
  const known = new Map(owned.map((one) => [one.partition, one]));
  const owners = ownersNow(state, known);
  const wanted = divide(PARTITIONS, owners, members);
  const living = new Set(members);
  const changes: Change[] = [];
  let isWaiting = false;
  for (const partition of PARTITIONS) {
    const holding = state.holdings.get(partition);
    const { owner = null, fence = 0 } = known.get(partition) ?? {};
    const isWanted = wanted.get(partition) === state.member;
    if (holding?.phase === 'projecting' && (!isWanted || fence > holding.fence)) changes.push(end(partition, holding.fence));
    else if (holding !== undefined) isWaiting ||= isWanted && holding.phase !== 'projecting';
    // An answer that was lost: the owners know it as this member's. What was released meanwhile looks the same, so it is claimed anew.
    else if (owner === state.member && !isWanted) changes.push(release(partition, fence));
    else if (isWanted && owner !== null && owner !== state.member && living.has(owner)) isWaiting = true;
    else if (isWanted) changes.push([partition, { phase: 'claiming' }, { do: 'claim', partition, seenFence: fence }]);
  }
  return change({ ...state, isWaiting: isWaiting || changes.length > 0 }, changes);
};

const claimed = (state: MembershipState, partition: PartitionId, fence: number | undefined): Change => {
  if (fence === undefined) return [partition, undefined];
  return state.isStopping ? release(partition, fence) : project(partition, fence);
};

export const next = (state: MembershipState, event: MembershipEvent): NextMembership => {
  switch (event.type) {
    case 'renewed':
      return renewed(state, event.group);
    case 'claimed':
      return change(state, [claimed(state, event.partition, event.fence)]);
    case 'ended': {
      const holding = state.holdings.get(event.partition);
      if (holding === undefined || holding.phase === 'claiming') return { state, actions: [] };
      return change(state, [event.isFenced ? [event.partition, undefined] : release(event.partition, holding.fence)]);
    }
    case 'released':
    case 'failed':
      return change(state, [[event.partition, undefined]]);
    case 'stop':
      return change(
        { ...state, isStopping: true, isWaiting: false },
        [...state.holdings].flatMap(([partition, holding]) => (holding.phase === 'projecting' ? [end(partition, holding.fence)] : [])),
      );
  }
};
