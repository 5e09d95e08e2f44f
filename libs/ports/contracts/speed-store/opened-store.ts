import { setTimeout } from 'node:timers/promises';

import type { SpeedStore } from '@rushes/ports';

export interface OpenedSpeedStore {
  /** A store without rows, change records, coverage and positions. */
  readonly store: SpeedStore;
  /** Another client of the same store. */
  readonly reopen: () => Promise<SpeedStore>;
  /** Moves the clock by which the store's rows expire. Without it the suite waits instead, and the properties leave time alone. */
  readonly advanceClock?: (milliseconds: number) => void;
  /** Closes what was opened and removes all. */
  readonly dispose: () => Promise<void>;
}

export type Open = () => Promise<OpenedSpeedStore>;

/** Lets time pass for the store's rows. */
export const pass = async (opened: OpenedSpeedStore, milliseconds: number): Promise<void> => {
  if (opened.advanceClock) opened.advanceClock(milliseconds);
  else await setTimeout(milliseconds);
};
