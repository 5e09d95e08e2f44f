/**
 * Duplicates: a record is one if an earlier record of its partition, itself a duplicate or not, has the same id and lies within the window before, by the
 * partition's duplicate clock: the time between records, barriers included, but a day at most from one to the next. As it never goes back, the last
 * occurrence decides, and what is older than the window can be forgotten.
 */
import type { LogRecord, Partition } from './log.ts';
import type { Rules } from './rules.ts';

/** In minutes: how long speed rows live, and how long a retry counts as the same. */
export const WINDOW = 48 * 60;
const LONGEST_STEP = 24 * 60;

/** What a reader of a partition knows after the records before some offset. */
export interface Occurrences {
  /** The duplicate clock. */
  readonly clock: number;
  /** The time of the last record, made monotone; `undefined` before the first. */
  readonly time: number | undefined;
  /** When by that clock each id came last. */
  readonly last: ReadonlyMap<string, number>;
}

export const NO_OCCURRENCES: Occurrences = { clock: 0, time: undefined, last: new Map() };

const windowOf = (rules: Rules): number => WINDOW + (rules.boundedSteps ? LONGEST_STEP : 0);

/** Reads records in their order, and tells of each whether it is a duplicate. */
export const occurrenceReader = (
  rules: Rules,
  from: Occurrences,
): { isDuplicate: (record: LogRecord) => boolean; known: () => Occurrences } => {
  let { clock, time } = from;
  const last = new Map(from.last);
  const goOn = (appended: number): void => {
    const now = rules.monotoneTime ? Math.max(time ?? appended, appended) : appended;
    const step = now - (time ?? now);
    clock += rules.boundedSteps ? Math.min(step, LONGEST_STEP) : step;
    time = now;
  };
  return {
    isDuplicate: (record) => {
      goOn(record.appended);
      if (record.kind === 'barrier') return false;
      const before = last.get(record.id);
      last.set(record.id, clock);
      return before !== undefined && clock - before <= windowOf(rules);
    },
    known: () => ({ clock, time, last: new Map(last) }),
  };
};

/** What a starting writer reads: the ids of the window. */
export const recent = (rules: Rules, { clock, time, last }: Occurrences): Occurrences => ({
  clock,
  time,
  last: new Map([...last].filter(([, seen]) => clock - seen <= windowOf(rules))),
});

/**
 * An id that counts twice though it came again within 48 hours of true time, and no more than one record between was stamped by a clock that had gone
 * ahead.
 */
export const countedTwice = (rules: Rules, { records, trueTimes }: Partition): string | undefined => {
  const reader = occurrenceReader(rules, NO_OCCURRENCES);
  const before = new Map<string, { readonly at: number; readonly ahead: number }>();
  let [highest, ahead] = [Number.POSITIVE_INFINITY, 0];
  for (const [offset, record] of records.entries()) {
    const at = trueTimes[offset] ?? 0;
    if (record.appended - highest > at - (trueTimes[offset - 1] ?? at)) ahead += 1;
    highest = Math.max(offset === 0 ? record.appended : highest, record.appended);
    const isDuplicate = reader.isDuplicate(record);
    if (record.kind === 'barrier') continue;
    const earlier = before.get(record.id);
    before.set(record.id, { at, ahead });
    if (earlier !== undefined && !isDuplicate && at - earlier.at <= WINDOW && ahead - earlier.ahead <= 1) return record.id;
  }
  return undefined;
};
