/** Records of a partition in the form that the log has them, wherever they come from. */
import type { PartitionId } from '@rushes/domain';
import { boundsAt, type EventLog, type LogRecord } from '@rushes/ports';
import type { ArchivedRange } from './archived-records.ts';

const CHUNK = 2000;

/** From the archive. */
export const recordsOf = async function* (range: ArchivedRange): AsyncGenerator<readonly LogRecord[]> {
  for await (const records of range.records())
    yield records.map(({ o: offset, t: appendedAtMs, b, id, key, value }): LogRecord =>
      b === null ? { kind: 'event', offset, appendedAtMs, id, key, value } : { kind: 'barrier', offset, appendedAtMs, number: b },
    );
};

/** From the log: offsets from `from` on, before `to`. */
export const recordsIn = async function* (
  log: EventLog,
  partition: PartitionId,
  from: number,
  to: number,
): AsyncGenerator<readonly LogRecord[]> {
  for (let at = from; at < to;) {
    const records = (await log.read(partition, at, CHUNK)).filter((record) => record.offset < to);
    const last = records.at(-1);
    if (last === undefined) return;
    yield records;
    at = last.offset + 1;
  }
};

/**
 * From a log that may be damaged: up to where the damage begins, and no further.
 * @returns the offset up to which there is nothing that could not be read.
 */
export const readableRecords = async function* (
  log: EventLog,
  partition: PartitionId,
  from: number,
): AsyncGenerator<readonly LogRecord[], number> {
  const { earliest, next } = boundsAt(await log.bounds(), partition);
  let at = Math.max(earliest, from);
  for (let size = CHUNK; at < next;) {
    const records = await log.read(partition, at, size).catch(() => undefined);
    if (records === undefined && size === 1) return at;
    if (records === undefined) {
      size = Math.ceil(size / 2);
      continue;
    }
    const last = records.at(-1);
    if (last === undefined) break;
    yield records;
    at = last.offset + 1;
  }
  return next;
};
