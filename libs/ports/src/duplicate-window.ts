/** From where on a partition's records have to be known to tell which of the later ones are duplicates. */
import { JUDGED_WINDOW_MS, type LogPartition, LONGEST_STEP_MS, offsetAt } from '@rushes/domain';

import { boundsAt, type EventLog, type LogRecord } from './event-log.ts';

export type WindowLog = Pick<EventLog, 'bounds' | 'range' | 'offsetsAtTime'>;

/** A partition as it was when its window began to be looked for. */
interface Partition {
  readonly earliest: number;
  /** The first record from an offset on. */
  first(offset: number): Promise<LogRecord | undefined>;
  /** A record before an offset, the last one unless offsets are missing there; `undefined` if there is none. */
  before(offset: number): Promise<LogRecord | undefined>;
  offsetAtTime(timeMs: number): Promise<number>;
}

const openPartition = async (log: WindowLog, partition: LogPartition): Promise<Partition> => {
  const { earliest, next } = boundsAt(await log.bounds(), partition);
  return {
    earliest,
    async first(offset) {
      for await (const [record] of log.range(partition, offset, next)) if (record !== undefined) return record;
      return undefined;
    },
    async before(offset) {
      let [from, to] = [offset, offset];
      for (let back = 1; from > earliest; back *= 2) {
        [from, to] = [Math.max(earliest, from - back), from];
        let last: LogRecord | undefined;
        for await (const records of log.range(partition, from, to)) last = records.at(-1) ?? last;
        if (last !== undefined) return last;
      }
      return undefined;
    },
    // Appended since, it is no part of what is looked at.
    offsetAtTime: async (timeMs) => Math.min(next, offsetAt(await log.offsetsAtTime({ [partition]: timeMs }), partition)),
  };
};

/** By how much the steps from a record to another are longer than they count. Times may go back: by the highest so far it is never more. */
const uncounted = async (log: Partition, from: LogRecord, to: LogRecord): Promise<number> => {
  let sumMs = 0;
  for (let at = from; ;) {
    const next = await log.offsetAtTime(at.appendedAtMs + LONGEST_STEP_MS + 1);
    if (next > to.offset) return sumMs;
    const [before, record] = [await log.before(next), await log.first(next)];
    if (record === undefined || record.offset > to.offset) return sumMs;
    const beforeMs = Math.max(at.appendedAtMs, before?.appendedAtMs ?? Number.NEGATIVE_INFINITY);
    sumMs += Math.max(0, record.appendedAtMs - beforeMs - LONGEST_STEP_MS);
    at = record;
  }
};

/**
 * The offset from which on records have to be shown to a filter before it judges those from `offset` on; perhaps a little before it. Times go far apart
 * where a log lay idle or a clock jumped: such steps count little, and the window reaches back over them.
 * @throws LogTruncatedError if the log ends before `offset`.
 */
export const duplicateWindowStart = async (log: WindowLog, partition: LogPartition, offset: number): Promise<number> => {
  const own = await openPartition(log, partition);
  const last = await own.before(offset);
  if (last === undefined) return Math.min(offset, own.earliest);
  for (let uncountedMs = 0; ;) {
    const start = await own.offsetAtTime(last.appendedAtMs - JUDGED_WINDOW_MS - uncountedMs);
    const before = await own.before(start);
    if (before === undefined) return own.earliest;
    const foundMs = await uncounted(own, before, last);
    if (foundMs <= uncountedMs) return start;
    uncountedMs = foundMs;
  }
};
