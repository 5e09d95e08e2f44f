/** What a writer writes, looked at from outside. */
import type { ChangeRecord, SpeedStore, TimedRow } from '@rushes/ports';

import { nameOf, type Told } from './plain-fold.ts';

/** What change records tell whoever follows them from the beginning: of each key's states of an epoch the one that goes furthest. */
export const toldBy = (changes: readonly ChangeRecord[]): Told => {
  const told: Record<string, Told[string]> = {};
  for (const { rows } of changes)
    for (const { view, key, epoch, state, lastOffset } of rows) {
      const name = nameOf(view, key, epoch);
      if ((told[name]?.[1] ?? -1) <= lastOffset) told[name] = [state, lastOffset];
    }
  return told;
};

/** A store, and what is written to it. */
export const recording = (to: SpeedStore): { readonly store: SpeedStore; readonly rows: TimedRow[]; readonly steps: string[] } => {
  const rows: TimedRow[] = [];
  const steps: string[] = [];
  const store: SpeedStore = {
    ...to,
    upsert: async (timed, ttl) => {
      steps.push(`rows for ${ttl} ms`);
      rows.push(...timed);
      await to.upsert(timed, ttl);
    },
    appendChange: async (change, ttl) => {
      steps.push(`change ${change.from}-${change.to} for ${ttl} ms`);
      await to.appendChange(change, ttl);
    },
    putPosition: async (position, fence) => {
      steps.push(`position ${position.offset}`);
      return to.putPosition(position, fence);
    },
    putCoverage: async (coverage, fence) => {
      steps.push(`coverage of ${coverage.epoch}`);
      return to.putCoverage(coverage, fence);
    },
  };
  return { store, rows, steps };
};
