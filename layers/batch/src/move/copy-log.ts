/** The log of one system in another: the same records at the same offsets with the same append times, dead letters too. */
import { createHash, type Hash } from 'node:crypto';

import { DEAD_LETTERS, type LogPartition, offsetAt, PARTITIONS } from '@rushes/domain';
import type { Bounds, EventLog, LogBeginning, LogRecord, PartitionRecords } from '@rushes/ports';
import { TerminalError } from '@rushes/runtime';

const ALL: readonly LogPartition[] = [...PARTITIONS, DEAD_LETTERS];

export const isSameBounds = (one: Bounds, other: Bounds): boolean =>
  ALL.every((partition) => offsetAt(one.next, partition) === offsetAt(other.next, partition));

export const countRecords = ({ earliest, next }: Bounds): number =>
  ALL.reduce((sum, partition) => sum + Math.max(0, offsetAt(next, partition) - offsetAt(earliest, partition)), 0);

/** Times as every reader takes them: the highest so far. A clock that was set back shows in no other way. */
const recordsOf = async function* (
  log: EventLog,
  partition: LogPartition,
  { earliest, next }: Bounds,
  signal: AbortSignal,
): AsyncGenerator<readonly LogRecord[]> {
  let timeMs = 0;
  for await (const records of log.range(partition, offsetAt(earliest, partition), offsetAt(next, partition), { signal }))
    yield records.map((record) => {
      timeMs = Math.max(timeMs, record.appendedAtMs);
      return { ...record, appendedAtMs: timeMs };
    });
};

const textOf = (record: LogRecord): string =>
  JSON.stringify(
    record.kind === 'event'
      ? [record.offset, record.appendedAtMs, record.key, record.id, record.value]
      : [record.offset, record.appendedAtMs, record.number],
  );

const addTo = (hash: Hash, records: readonly LogRecord[]): void => {
  for (const record of records) hash.update(`${textOf(record)}\n`);
};

/** What a partition's records come to. */
export type LogDigests = ReadonlyMap<LogPartition, string>;

/** @returns a beginning with all records within the bounds, and what they come to once they are read. */
export const beginningOf = (
  log: EventLog,
  bounds: Bounds,
  signal: AbortSignal,
  onRecords: (records: number) => void,
): { readonly beginning: LogBeginning; readonly digests: () => LogDigests } => {
  const digests = new Map<LogPartition, string>();
  const records = async function* (): AsyncGenerator<PartitionRecords> {
    for (const partition of ALL) {
      const hash = createHash('sha256');
      for await (const some of recordsOf(log, partition, bounds, signal)) {
        addTo(hash, some);
        onRecords(some.length);
        yield { partition, records: some };
      }
      digests.set(partition, hash.digest('hex'));
    }
  };
  return { beginning: { earliest: bounds.earliest, next: bounds.next, records: records(), barrier: undefined }, digests: () => digests };
};

export const digestsOf = async (
  log: EventLog,
  bounds: Bounds,
  signal: AbortSignal,
  onRecords: (records: number) => void,
): Promise<LogDigests> => {
  const digests = new Map<LogPartition, string>();
  for (const partition of ALL) {
    const hash = createHash('sha256');
    for await (const some of recordsOf(log, partition, bounds, signal)) {
      addTo(hash, some);
      onRecords(some.length);
    }
    digests.set(partition, hash.digest('hex'));
  }
  return digests;
};

/** @throws TerminalError if a partition of the target is not what was copied. */
export const requireSameRecords = (copied: LogDigests, found: LogDigests, log: EventLog): void => {
  for (const partition of ALL)
    if (copied.get(partition) !== found.get(partition))
      throw new TerminalError(`${partition} in ${log.location} is not what was copied into it`, {
        hint: 'Nothing is lost: the old system has all of it. Delete what was made there, take the old one back (`rushes copy --take-back`), and try another place.',
      });
};
