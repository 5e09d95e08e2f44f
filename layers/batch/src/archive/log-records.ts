/** Records of a partition in the form that the log has them, wherever they come from. */
import type { PartitionId } from '@rushes/domain';
import { boundsAt, type EventLog, type LogRecord, RecordDamagedError, StoreUnavailable } from '@rushes/ports';
import type { ArchivedRange } from './archived-records.ts';

/** From the archive. */
export const recordsOf = async function* (range: ArchivedRange): AsyncGenerator<readonly LogRecord[]> {
  for await (const records of range.records())
    yield records.map(({ o: offset, t: appendedAtMs, b, id, key, value }): LogRecord =>
      b === null ? { kind: 'event', offset, appendedAtMs, id, key, value } : { kind: 'barrier', offset, appendedAtMs, number: b },
    );
};

/**
 * From a log that may be damaged: up to where the damage begins, and no further.
 * @returns the offset up to which there is nothing that could not be read.
 * @throws StoreUnavailable: what cannot be read now may be read later, so it is not lost.
 */
export const readableRecords = async function* (
  log: EventLog,
  partition: PartitionId,
  from: number,
): AsyncGenerator<readonly LogRecord[], number> {
  const { earliest, next } = boundsAt(await log.bounds(), partition);
  let at = Math.max(earliest, from);
  if (at >= next) return next;
  try {
    for await (const records of log.range(partition, at, next)) {
      yield records;
      at = (records.at(-1)?.offset ?? at - 1) + 1;
    }
    return next;
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
    return error instanceof RecordDamagedError ? error.offset : at;
  }
};
