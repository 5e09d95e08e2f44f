/**
 * Duplicates: a record is one if an earlier record of its partition, itself a duplicate or not, has the same id and lies at most 48 h before.
 * As time is made monotone, the last occurrence decides, and what is older than 48 h can be forgotten.
 */
import type { LogRecord } from './log.ts';
import type { Rules } from './rules.ts';

/** In minutes; also the time that speed rows live. */
export const WINDOW = 48 * 60;

/** What a reader of a partition knows after the records before some offset. */
export interface Occurrences {
  /** The time of the last record. */
  readonly clock: number;
  /** Time of the last occurrence by id. */
  readonly last: ReadonlyMap<string, number>;
}

export const NO_OCCURRENCES: Occurrences = { clock: 0, last: new Map() };

/** Reads records in their order, and tells of each whether it is a duplicate. */
export const occurrenceReader = (
  rules: Rules,
  from: Occurrences,
): { isDuplicate: (record: LogRecord) => boolean; known: () => Occurrences } => {
  let { clock } = from;
  const last = new Map(from.last);
  return {
    isDuplicate: (record) => {
      clock = rules.monotoneTime ? Math.max(clock, record.appended) : record.appended;
      if (record.kind === 'barrier') return false;
      const before = last.get(record.id);
      last.set(record.id, clock);
      return before !== undefined && clock - before <= WINDOW;
    },
    known: () => ({ clock, last: new Map(last) }),
  };
};

/** What a starting writer reads: the ids of the last 48 h. */
export const recent = ({ clock, last }: Occurrences): Occurrences => ({
  clock,
  last: new Map([...last].filter(([, time]) => clock - time <= WINDOW)),
});
