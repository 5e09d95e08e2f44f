/**
 * Looks for an event in the log by its id. For questions that the merged view cannot answer: whether a known movie was posted by this very request, earlier,
 * perhaps at another replica; and whether a receipt of another process is of this log as it is now.
 */
import type { PartitionId } from '@rushes/domain';
import { boundsAt, duplicateWindowStart, type EventLog, type EventRecord, LogTruncatedError, OffsetTrimmedError } from '@rushes/ports';

import type { Receipt } from './receipts.ts';

/** How far back the search goes at most: beyond that, the request counts as a new one. */
const MAX_RECORDS = 20_000;

/** The first record with this id of which one that is appended now would be a duplicate. */
export const findEarlierEvent = async (log: EventLog, partition: PartitionId, eventId: string): Promise<EventRecord | undefined> => {
  const { earliest, next } = boundsAt(await log.bounds(), partition);
  let from = Math.max(earliest, next - MAX_RECORDS, await duplicateWindowStart(log, partition, next));
  for (;;) {
    try {
      for await (const records of log.range(partition, from, next))
        for (const record of records) if (record.kind === 'event' && record.id === eventId) return record;
      return undefined;
    } catch (error) {
      // Trimmed since: begin where the log begins now.
      if (!(error instanceof OffsetTrimmedError) || error.earliest <= from) throw error;
      from = error.earliest;
    }
  }
};

/** Whether the log has the event where a receipt says. What was trimmed was there. */
export const isLogged = async (log: EventLog | undefined, { eventId, position }: Receipt): Promise<boolean> => {
  const [found] = Object.entries(position);
  if (log === undefined || found === undefined) return false;
  const [partition, next] = found as [PartitionId, number]; // as: what an `OffsetVector` has
  try {
    for await (const records of log.range(partition, next - 1, next))
      for (const record of records) if (record.kind === 'event' && record.id === eventId) return true;
    return false;
  } catch (error) {
    if (error instanceof OffsetTrimmedError) return true;
    if (error instanceof LogTruncatedError) return false;
    throw error;
  }
};
