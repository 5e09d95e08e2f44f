/**
 * Which events an overlay shows for the first time, so that it can be measured how long they took. Invariant: an event is told of once, when the position has
 * passed it; one that was shown by an earlier overlay, never. Known are the events that a row's state ends with: of several of one movie in one step, the last.
 */
import { offsetAt, type OffsetVector, type PartitionId } from '@rushes/domain';
import type { SpeedRow } from '@rushes/ports';

export interface Arrivals {
  /** Events before these offsets have been shown. Before it is told, none is new. */
  begin(shown: OffsetVector): void;
  /** A row that will be shown. */
  add(row: Pick<SpeedRow, 'partition' | 'lastOffset' | 'appendedAtMs'>): void;
  /** What was added is shown from now on, up to these offsets. */
  show(position: ReadonlyMap<PartitionId, number>): void;
  /** Append times of the events that were shown since it was last asked, in milliseconds since 1970. */
  take(): readonly number[];
  /** What was added and is not shown never will be. */
  clear(): void;
}

/** So many are remembered until they are shown; of more in one step, only these are measured. */
const MAX_ADDED = 10_000;

export const trackArrivals = (): Arrivals => {
  const shownUpTo = new Map<PartitionId, number>();
  let begun: OffsetVector | undefined;
  const added = new Map<PartitionId, Map<number, number>>();
  let count = 0;
  let shown: number[] = [];
  return {
    begin(before) {
      begun = before;
    },
    add({ partition, lastOffset, appendedAtMs }) {
      if (begun === undefined || count >= MAX_ADDED || lastOffset < (shownUpTo.get(partition) ?? offsetAt(begun, partition))) return;
      const known = added.get(partition) ?? new Map<number, number>();
      if (known.size === 0) added.set(partition, known);
      if (!known.has(lastOffset)) count++;
      known.set(lastOffset, appendedAtMs);
    },
    show(position) {
      for (const events of added.values()) shown.push(...events.values());
      added.clear();
      count = 0;
      for (const [partition, offset] of position) shownUpTo.set(partition, offset);
    },
    take() {
      const taken = shown;
      shown = [];
      return taken;
    },
    clear() {
      added.clear();
      count = 0;
    },
  };
};
