/**
 * Which records are duplicates: an earlier record of the partition, itself a duplicate or not, has the same id and lies within the window before, by the
 * partition's duplicate clock. Decided by stored offsets and times alone, so that every layer, begun anywhere, decides alike.
 *
 * The duplicate clock goes from record to record, barriers included, by the time between them, but by `LONGEST_STEP_MS` at most. So one stamp of a clock
 * that is days ahead, which no partition can tell from days without records, moves it by a day. The window is longer than what is promised by as much:
 * after such a jump it still reaches back over 48 hours of other records. Only differences count, so it does not matter where a reader begins.
 */

/** What is promised: a record with the id of one that was appended so long before counts as the same. */
export const DUPLICATE_WINDOW_MS = 48 * 3_600_000;

/** Time between neighboring records that is believed. Batch runs put a barrier into every partition more often than that. */
export const LONGEST_STEP_MS = 24 * 3_600_000;

/** The window by the duplicate clock. */
export const JUDGED_WINDOW_MS = DUPLICATE_WINDOW_MS + LONGEST_STEP_MS;

/** Changes when the same records would be judged otherwise. */
export const DUPLICATE_RULE_VERSION = 2;

/**
 * The duplicate clock of a partition: given the records' times in the order of their offsets, how far it has come since the first.
 * @param timeMs the highest time before the first record that it is given.
 */
export const duplicateClock = (timeMs = Number.NEGATIVE_INFINITY): ((appendedAtMs: number) => number) => {
  let highestMs = timeMs;
  let nowMs = 0;
  return (appendedAtMs) => {
    if (appendedAtMs > highestMs) {
      if (highestMs !== Number.NEGATIVE_INFINITY) nowMs += Math.min(appendedAtMs - highestMs, LONGEST_STEP_MS);
      highestMs = appendedAtMs;
    }
    return nowMs;
  };
};

export interface DuplicateFilter {
  /** Whether the partition's next record, an event, is a duplicate. Records have to come in the order of their offsets. */
  isDuplicate(id: string, appendedAtMs: number): boolean;
  /** The partition's next record is a barrier: it has no id, and its time counts. */
  passBarrier(appendedAtMs: number): void;
}

/**
 * A filter in memory, where the ids of a window fit into it. Whoever begins in the middle first shows it the records of the window before, and says how
 * far time had come before these.
 */
export const duplicateFilter = (timeMs?: number): DuplicateFilter => {
  /** The last time of each id; in the order of time, because an id that comes again moves to the end. */
  const lastSeen = new Map<string, number>();
  const clock = duplicateClock(timeMs);
  return {
    isDuplicate(id, appendedAtMs) {
      const now = clock(appendedAtMs);
      for (const [old, seenMs] of lastSeen) {
        if (seenMs >= now - JUDGED_WINDOW_MS) break;
        lastSeen.delete(old);
      }
      const known = lastSeen.delete(id);
      lastSeen.set(id, now);
      return known;
    },
    passBarrier: (appendedAtMs) => void clock(appendedAtMs),
  };
};
