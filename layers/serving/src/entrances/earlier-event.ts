/**
 * Looks for an event in the log by its id. For the one question that the merged view cannot answer: whether a known movie was posted by this very
 * request, earlier, perhaps at another replica.
 */
import type { PartitionId } from '@rushes/domain';
import { boundsAt, duplicateWindowStart, type EventLog, type EventRecord, OffsetTrimmedError } from '@rushes/ports';

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
