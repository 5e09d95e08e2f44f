/** What comes near to a limit while every answer is right: told before anybody meets it. */
import {
  batchAgeWarning,
  deadLetterWarning,
  type EarlyWarning,
  lagWarning,
  oldestMs,
  quarantineWarnings,
  SPEED_TTL_MS,
  uncoveredEpochs,
  uncoveredWarning,
} from '@rushes/ports';

import type { CurrentSnapshot } from '../merge/current-snapshot.ts';

export interface WarningContext {
  readonly snapshots: Pick<CurrentSnapshot, 'peek' | 'eventLags' | 'coverage'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From which lag on answers say `stale`. */
  readonly staleAfterMs: number;
  /** Dead letters of the last hour; `undefined` where there is no log. */
  readonly letters: (() => Promise<number>) | undefined;
  /** What processes of other layers say is near to a limit of theirs; `undefined`: nobody can be asked. */
  readonly toldByOthers: (() => Promise<readonly EarlyWarning[]>) | undefined;
}

/** Partitions with an event that answers have not shown for half of the time after which they say so. */
const lagWarnings = ({ snapshots, staleAfterMs }: WarningContext): readonly EarlyWarning[] =>
  [...snapshots.eventLags()].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([of, ms]) => lagWarning(of, ms, staleAfterMs));

/** As far as this process sees: of the served version, of the events after it, and of what others tell. */
export const earlyWarnings = async (context: WarningContext): Promise<readonly EarlyWarning[]> => {
  const { snapshots, now, letters, toldByOthers } = context;
  const [recent, told] = await Promise.all([letters?.() ?? 0, toldByOthers?.() ?? []]);
  const publication = snapshots.peek()?.publication;
  if (publication === undefined) return [...deadLetterWarning(recent), ...told];
  const nowMs = now();
  const ageMs = oldestMs(uncoveredEpochs(snapshots.coverage(), publication.cut), nowMs, SPEED_TTL_MS);
  return [
    ...batchAgeWarning(Math.max(0, Math.floor((nowMs - Date.parse(publication.cutAt)) / 1000))),
    ...lagWarnings(context),
    ...uncoveredWarning(ageMs, SPEED_TTL_MS),
    ...deadLetterWarning(recent),
    ...quarantineWarnings(publication.lines ?? {}),
    ...told,
  ];
};
