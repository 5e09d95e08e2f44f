/** What comes near to a limit while every answer is right: told before anybody meets it. */
import { batchAgeWarning, type EarlyWarning, oldestMs, SPEED_TTL_MS, uncoveredEpochs, uncoveredWarning } from '@rushes/ports';

import type { CurrentSnapshot } from '../merge/current-snapshot.ts';

export interface WarningContext {
  readonly snapshots: Pick<CurrentSnapshot, 'peek' | 'eventLags' | 'coverage'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From which lag on answers say `stale`. */
  readonly staleAfterMs: number;
}

/** Partitions with an event that answers have not shown for half of the time after which they say so. */
const lagWarnings = ({ snapshots, staleAfterMs }: WarningContext): readonly EarlyWarning[] => {
  const limit = staleAfterMs / 2 / 1000;
  return [...snapshots.eventLags()]
    .filter(([, ms]) => ms / 1000 >= limit)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([of, ms]): EarlyWarning => ({ what: 'lag', of, value: Math.round(ms) / 1000, limit, unit: 'seconds' }));
};

/** As far as this process sees: of the served version, and of the events after it. */
export const earlyWarnings = (context: WarningContext): readonly EarlyWarning[] => {
  const { snapshots, now } = context;
  const publication = snapshots.peek()?.publication;
  if (publication === undefined) return [];
  const nowMs = now();
  const ageMs = oldestMs(uncoveredEpochs(snapshots.coverage(), publication.cut), nowMs, SPEED_TTL_MS);
  return [
    ...batchAgeWarning(Math.max(0, Math.floor((nowMs - Date.parse(publication.cutAt)) / 1000))),
    ...lagWarnings(context),
    ...uncoveredWarning(ageMs, SPEED_TTL_MS),
  ];
};
