/**
 * Which records are duplicates: an earlier record of the partition, itself a duplicate or not, has the same id and lies at most 48 h before, in
 * append time made monotone. Decided by stored offsets and times alone, so that every layer, begun anywhere, decides alike.
 */
export const DUPLICATE_WINDOW_MS = 48 * 3_600_000;

export interface DuplicateFilter {
  /** Whether the partition's next record is a duplicate. Records have to come in the order of their offsets. */
  isDuplicate(id: string, appendedAtMs: number): boolean;
}

/**
 * A filter in memory, where 48 hours of ids fit into it. Whoever begins in the middle first shows it the records of the window before, and says how far
 * time had come before these.
 */
export const duplicateFilter = (timeMs = Number.NEGATIVE_INFINITY): DuplicateFilter => {
  /** The last time of each id; in the order of time, because an id that comes again moves to the end. */
  const lastSeen = new Map<string, number>();
  let now = timeMs;
  return {
    isDuplicate(id, appendedAtMs) {
      now = Math.max(now, appendedAtMs);
      for (const [old, seenMs] of lastSeen) {
        if (seenMs >= now - DUPLICATE_WINDOW_MS) break;
        lastSeen.delete(old);
      }
      const known = lastSeen.delete(id);
      lastSeen.set(id, now);
      return known;
    },
  };
};
