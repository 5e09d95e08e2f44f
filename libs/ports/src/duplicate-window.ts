/** From where on a partition's records have to be known to tell which of the later ones are duplicates. */
import { JUDGED_WINDOW_MS, type LogPartition, LONGEST_STEP_MS } from '@rushes/domain';

import type { EventLog, LogRecord } from './event-log.ts';

export type WindowLog = Pick<EventLog, 'bounds' | 'read' | 'offsetAtTime'>;

const firstFrom = async (log: WindowLog, partition: LogPartition, offset: number): Promise<LogRecord | undefined> =>
  (await log.read(partition, offset, 1))[0];

/** A record before an offset, the last one unless offsets are missing there; `undefined` if there is none. */
const recordBefore = async (log: WindowLog, partition: LogPartition, offset: number, earliest: number): Promise<LogRecord | undefined> => {
  if (offset <= earliest) return undefined;
  for (let back = 1; ; back *= 2) {
    const from = Math.max(earliest, offset - back);
    const record = await firstFrom(log, partition, from);
    if (record !== undefined && record.offset < offset) return record;
    if (from === earliest) return undefined;
  }
};

/** By how much the steps from a record to another are longer than they count. */
const uncounted = async (log: WindowLog, partition: LogPartition, from: LogRecord, to: LogRecord): Promise<number> => {
  let sumMs = 0;
  for (let at = from; ;) {
    const next = await log.offsetAtTime(partition, at.appendedAtMs + LONGEST_STEP_MS + 1);
    if (next > to.offset) return sumMs;
    const [before, record] = [await recordBefore(log, partition, next, at.offset), await firstFrom(log, partition, next)];
    if (record === undefined || record.offset > to.offset) return sumMs;
    sumMs += Math.max(0, record.appendedAtMs - (before ?? at).appendedAtMs - LONGEST_STEP_MS);
    at = record;
  }
};

/**
 * The offset from which on records have to be shown to a filter before it judges those from `offset` on; perhaps a little before it. Times go far apart
 * where a log lay idle or a clock jumped: such steps count little, and the window reaches back over them.
 */
export const duplicateWindowStart = async (log: WindowLog, partition: LogPartition, offset: number): Promise<number> => {
  const { earliest } = await log.bounds(partition);
  const last = await recordBefore(log, partition, offset, earliest);
  if (last === undefined) return Math.min(offset, earliest);
  for (let uncountedMs = 0; ;) {
    const start = await log.offsetAtTime(partition, last.appendedAtMs - JUDGED_WINDOW_MS - uncountedMs);
    const before = await recordBefore(log, partition, start, earliest);
    if (before === undefined) return earliest;
    const foundMs = await uncounted(log, partition, before, last);
    if (foundMs <= uncountedMs) return start;
    uncountedMs = foundMs;
  }
};
