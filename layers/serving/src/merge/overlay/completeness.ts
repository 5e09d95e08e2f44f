/** Whether an answer says everything up to its position, and what is missing if not. Pure. */
import { offsetAt, type OffsetVector, type PartitionRange, PARTITIONS } from '@rushes/domain';
import { type Coverage, coveredEpoch, type Publication } from '@rushes/ports';

/** What an answer says of itself. `stale`: something is there that it does not show. `gap`: it lacks events. */
export type Completeness = 'complete' | 'stale' | 'gap';

/**
 * Events that are in no answer: those of a partition from one offset up to, not including, another. `lost`: nobody has them any more. The others are in the
 * log or in its archive, and come again.
 */
export interface Missing extends PartitionRange {
  readonly reason: 'not projected' | 'expired' | 'lost';
}

/** What no version and no speed layer can bring, of what lies before a position. */
export const lostEvents = ({ lost = [] }: Pick<Publication, 'lost'>, position: OffsetVector): readonly Missing[] =>
  lost.flatMap(({ partition, from, to }): readonly Missing[] => {
    const end = Math.min(to, offsetAt(position, partition));
    return from < end ? [{ partition, from, to: end, reason: 'lost' }] : [];
  });

/** What may still come. A publication can be merged with the epochs after its cut if these are in the speed store from the cut on, and none has expired. */
export const missingEvents = (
  coverage: readonly Coverage[],
  publication: Pick<Publication, 'cut' | 'version' | 'passed'>,
  position: OffsetVector,
  nowMs: number,
): readonly Missing[] =>
  PARTITIONS.flatMap((partition): readonly Missing[] => {
    const [begin, end] = [offsetAt(publication.cut, partition), offsetAt(position, partition)];
    const epochs = coverage
      .filter((one) => one.partition === partition && one.epoch > coveredEpoch(publication))
      .toSorted((a, b) => a.epoch - b.epoch);
    const first = epochs[0];
    const missing: Missing[] = [];
    // What lies behind the position is not asked of the answer.
    const add = (from: number, to: number, reason: Missing['reason']): void => {
      if (from < Math.min(to, end)) missing.push({ partition, from, to: Math.min(to, end), reason });
    };
    // The barrier that ends the version's last epoch stands at the cut itself: what projects from there on has everything.
    if (first !== undefined && first.from > begin + 1) add(begin, first.from, 'not projected');
    for (const [n, one] of epochs.entries()) if (one.expiresAtMs <= nowMs) add(one.from, epochs[n + 1]?.from ?? end, 'expired');
    // After a rollback: answers have gone further.
    const passed = offsetAt(publication.passed ?? {}, partition);
    if (end < passed) missing.push({ partition, from: Math.max(begin, end), to: passed, reason: 'not projected' });
    return missing;
  });

/** Whether something is missing no more although the publication is the same: it was projected again, under rows that may have been read before. */
export const isMended = (before: readonly Missing[], now: readonly Missing[]): boolean =>
  before.some(({ partition, from }) => !now.some((one) => one.partition === partition && one.from === from));
