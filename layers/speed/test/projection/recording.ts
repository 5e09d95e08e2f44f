/** What a writer writes, looked at from outside. */
import type { ChangeRecord, SpeedStore, TimedRow } from '@rushes/ports';

import { nameOf, type Told } from './plain-fold.ts';

/** What change records tell, applied one after the other. */
export const toldBy = (changes: readonly ChangeRecord[]): Told =>
  Object.fromEntries(changes.flatMap(({ rows }) => rows.map((row) => [nameOf(row.view, row.key, row.epoch), [row.state, row.lastOffset]])));

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
