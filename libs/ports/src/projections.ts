/**
 * Projections in one speed store. A release that folds other views than the one before, or judges events otherwise, projects the log for itself: with owners,
 * members, positions and coverage of its own, beside a release that still runs. Invariant: coverage says of a projection that all its views are there,
 * so no reader may trust that of another one.
 *
 * A projection's partitions and members have its name behind their own, which stores keep as they keep any other.
 */
import { isPartitionId, type OffsetVector, type PartitionId } from '@rushes/domain';

import type { Owners, Ownership } from './owners.ts';
import type { ChangeRecord, PartitionProgress, SpeedKey, SpeedStore } from './speed-store.ts';

const MARK = '@';

/** The name without its projection's. Names from before there were projections have none. */
const ownName = (name: string): string => {
  const at = name.lastIndexOf(MARK);
  return at < 0 ? name : name.slice(0, at);
};

const asOwnership = <One extends Ownership>(one: One, partition: PartitionId): One => ({
  ...one,
  partition,
  owner: one.owner === null ? null : ownName(one.owner),
});

/**
 * The store and its owners as one projection sees them: there is nothing but its own in them. Claims of the log, heartbeats and damage are everybody's.
 * @param name what the projection is called: letters and digits.
 */
export const projectionOf = <Store extends SpeedStore & { readonly owners: Owners }>(store: Store, name: string): Store => {
  const isOwn = (text: string): boolean => text.endsWith(`${MARK}${name}`);
  const stored = (partition: PartitionId): PartitionId => `${partition}${MARK}${name}` as PartitionId; // as: what a store takes for one
  /** What a stored name means here; `undefined`: another projection's. A look-up for each row is cheaper than cutting its name. */
  const meanings = new Map<string, PartitionId | undefined>();
  const ownOf = (partition: string): PartitionId | undefined => {
    if (!meanings.has(partition)) meanings.set(partition, isOwn(partition) ? (ownName(partition) as PartitionId) : undefined); // as: what `stored` was given
    return meanings.get(partition);
  };
  const inside = <Of extends { readonly partition: PartitionId }>(one: Of): Of => ({ ...one, partition: stored(one.partition) });
  const ofOwn = <Of extends { readonly partition: PartitionId }>(all: readonly Of[]): readonly Of[] =>
    all.flatMap((one) => {
      const partition = ownOf(one.partition);
      return partition === undefined ? [] : [{ ...one, partition }];
    });
  const owned = <Of extends Ownership>(all: readonly Of[]): readonly Of[] =>
    all.flatMap((one) => {
      const partition = ownOf(one.partition);
      return partition === undefined ? [] : [asOwnership(one, partition)];
    });
  /** A position or coverage as the store has it names the partition too. */
  const progressOfOwn = (one: PartitionProgress): PartitionProgress => ({
    ...one,
    position: one.position && { ...one.position, partition: one.partition },
    coverage: one.coverage.map((of) => ({ ...of, partition: one.partition })),
  });
  const changeInside = (change: ChangeRecord): ChangeRecord => ({ ...inside(change), rows: change.rows.map(inside) });
  const member = (id: string): string => `${id}${MARK}${name}`;

  const owners: Owners = {
    async renew(id, leaseMs, options) {
      const group = await store.owners.renew(member(id), leaseMs, options);
      return { members: group.members.filter(isOwn).map(ownName), owned: owned(group.owned) };
    },
    claim: (partition, id, seenFence) => store.owners.claim(stored(partition), member(id), seenFence),
    release: (partition, fence) => store.owners.release(stored(partition), fence),
    leave: (id) => store.owners.leave(member(id)),
  };
  return {
    ...store,
    owners,
    upsert: (rows, ttlMs) => store.upsert(rows.map(inside), ttlMs),
    readRows: async (keys: readonly SpeedKey[]) => ofOwn(await store.readRows(keys.map(inside))),
    async *scan(view, aboveEpoch) {
      for await (const rows of store.scan(view, aboveEpoch)) {
        const found = ofOwn(rows);
        if (found.length > 0) yield found;
      }
    },
    appendChange: (change, ttlMs) => store.appendChange(changeInside(change), ttlMs),
    async changesAfter(after, query) {
      const vector = Object.fromEntries(
        Object.entries(after).map(([partition, offset]) => [stored(partition as PartitionId), offset]), // as: the keys of a vector
      );
      return ofOwn(await store.changesAfter(vector, query)).map((change) => ({ ...change, rows: ofOwn(change.rows) }));
    },
    progress: async () => owned(await store.progress()).map(progressOfOwn),
    putCoverage: (coverage, fence) => store.putCoverage(inside(coverage), fence),
    dropCoverage: (partition, upToEpoch, fence) => store.dropCoverage(stored(partition), upToEpoch, fence),
    putPosition: (position, fence) => store.putPosition(inside(position), fence),
  };
};

/** How far any projection in the store has come in each partition. */
export const reachedOffsets = async (store: Pick<SpeedStore, 'progress'>): Promise<OffsetVector> => {
  const reached: Partial<Record<PartitionId, number>> = {};
  for (const { partition, position } of await store.progress()) {
    const name = ownName(partition);
    if (position !== undefined && isPartitionId(name)) reached[name] = Math.max(reached[name] ?? 0, position.offset);
  }
  return reached;
};

/** How many partitions each member owns, in whatever projection. */
export const ownedByMember = async (store: Pick<SpeedStore, 'progress'>): Promise<ReadonlyMap<string, number>> => {
  const counts = new Map<string, number>();
  for (const { owner } of await store.progress()) if (owner !== null) counts.set(ownName(owner), (counts.get(ownName(owner)) ?? 0) + 1);
  return counts;
};
