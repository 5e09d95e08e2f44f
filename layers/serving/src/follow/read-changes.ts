/** Change records from a position on, in the log's order within each partition, and what is told of them. Invariant: none between two positions is left out silently. */
import { offsetAt, type OffsetVector, type PartitionId, PARTITIONS } from '@rushes/domain';
import type { ChangeRecord, SpeedStore } from '@rushes/ports';
import { KEYED_VIEWS, splitKey } from '@rushes/views';

import { Problem } from '../http/problem.ts';

const VIEW_NAMES: ReadonlyMap<string, string> = new Map(KEYED_VIEWS.map((view) => [view.storedName, view.name]));

/** What clients are told of a title that a change record is about. */
export interface ChangeEntry {
  readonly movie_id: string;
  /** Names of the views whose states changed, ascending. */
  readonly views: readonly string[];
  readonly partition: PartitionId;
  readonly epoch: number;
  /** Of the last event in the record. */
  readonly offset: number;
  /** When that was appended. */
  readonly at: string;
}

/** One entry for each title of a change record. */
export const entriesOf = (change: ChangeRecord): readonly ChangeEntry[] => {
  const views = new Map<string, Set<string>>();
  for (const row of change.rows) {
    const { movieId } = splitKey(row.key);
    const names = views.get(movieId) ?? new Set<string>();
    views.set(movieId, names.add(VIEW_NAMES.get(row.view) ?? row.view));
  }
  return [...views].map(([movieId, names]) => ({
    movie_id: movieId,
    views: [...names].toSorted(),
    partition: change.partition,
    epoch: change.epoch,
    offset: change.to - 1,
    at: new Date(change.appendedAtMs).toISOString(),
  }));
};

export interface ChangesRead {
  readonly changes: readonly ChangeRecord[];
  /** How far they go: where to read on. */
  readonly reached: OffsetVector;
  /** Whether `until` lies beyond that. */
  readonly more: boolean;
}

const gone = (partition: PartitionId, from: number): Problem =>
  new Problem(410, `The changes of ${partition} before offset ${from} are not kept any more: read the lists anew and go on from there.`);

/**
 * Change records since a position, not beyond another, at most `limit`.
 * @throws Problem (410) if some of them are not kept any more.
 */
export const readChanges = async (
  speed: Pick<SpeedStore, 'changesAfter' | 'progress'>,
  since: OffsetVector,
  until: OffsetVector,
  limit: number,
): Promise<ChangesRead> => {
  const behind = PARTITIONS.filter((partition) => offsetAt(since, partition) < offsetAt(until, partition));
  const after = Object.fromEntries(behind.map((partition) => [partition, offsetAt(since, partition)]));
  const read = async (): Promise<ReadonlyMap<PartitionId, readonly ChangeRecord[]>> =>
    Map.groupBy(await speed.changesAfter(after, { limit }), ({ partition }) => partition);
  let found = await read();
  if (behind.some((partition) => !found.has(partition))) {
    // A position is written after the change record that leads to it. So where a writer is known to be further, and there is still none, they expired.
    const written = new Map((await speed.progress()).map(({ partition, position }) => [partition, position?.offset ?? 0]));
    found = await read();
    for (const partition of behind)
      if (!found.has(partition) && (written.get(partition) ?? 0) > offsetAt(since, partition))
        throw gone(partition, written.get(partition) ?? 0);
  }
  const reached: Partial<Record<PartitionId, number>> = { ...since };
  const changes: ChangeRecord[] = [];
  for (const partition of behind) {
    for (const change of found.get(partition) ?? []) {
      if (changes.length === limit || change.to > offsetAt(until, partition)) break;
      if (change.from > offsetAt(reached, partition)) throw gone(partition, change.from);
      changes.push(change);
      reached[partition] = change.to;
    }
  }
  return { changes, reached, more: behind.some((partition) => offsetAt(reached, partition) < offsetAt(until, partition)) };
};
