import { setTimeout } from 'node:timers/promises';

import type { PartitionId } from '@rushes/domain';
import type { Owners, SpeedStore } from '@rushes/ports';

export interface OpenedSpeedStore {
  /** A store without rows, change records, coverage and positions. */
  readonly store: SpeedStore;
  /** The owners whose fences it checks. */
  readonly owners: Owners;
  /** Another client of the same store. */
  readonly reopen: () => Promise<SpeedStore>;
  /** Moves the clock by which the store's rows expire. Without it the suite waits instead, and the properties leave time alone. */
  readonly advanceClock?: (milliseconds: number) => void;
  /** Closes what was opened and removes all. */
  readonly dispose: () => Promise<void>;
}

/** Makes a partition somebody's else, and returns the fence. */
export const claimNext = async ({ owners, store }: OpenedSpeedStore, partition: PartitionId): Promise<number> => {
  const seen = (await store.progress()).find((one) => one.partition === partition)?.fence ?? 0;
  const fence = await owners.claim(partition, `after ${seen}`, seen);
  if (fence === undefined) throw new Error(`${partition} cannot be claimed`);
  return fence;
};

export type Open = () => Promise<OpenedSpeedStore>;

/** Lets time pass for the store's rows. */
export const pass = async (opened: OpenedSpeedStore, milliseconds: number): Promise<void> => {
  if (opened.advanceClock) opened.advanceClock(milliseconds);
  else await setTimeout(milliseconds);
};
