import type { LogPartition, PartitionId } from '@rushes/domain';
import { boundsAt, type EventLog, type LogRecord, type NewRecord } from '@rushes/ports';

/** Three of the partitions, one of each topic. */
export const [METADATA, RATINGS, REVIEWS] = ['movie.metadata/0', 'movie.ratings/3', 'movie.reviews/5'] satisfies [
  PartitionId,
  PartitionId,
  PartitionId,
];

export const newRecord = <Partition extends LogPartition>(
  partition: Partition,
  id: string,
  value = `value of ${id}`,
): NewRecord & { readonly partition: Partition } => ({
  partition,
  key: `key of ${id}`,
  id,
  value,
});

export const newRecords = (partition: PartitionId, count: number, prefix = 'event'): NewRecord[] =>
  Array.from({ length: count }, (_, n) => newRecord(partition, `${prefix} ${n}`));

/** Where one partition begins and ends. */
export const endsOf = async (log: EventLog, partition: LogPartition): Promise<{ readonly earliest: number; readonly next: number }> =>
  boundsAt(await log.bounds(), partition);

/** By time, of one partition. */
export const offsetAtTime = async (log: EventLog, partition: LogPartition, timeMs: number): Promise<number | undefined> =>
  (await log.offsetsAtTime({ [partition]: timeMs }))[partition];

/** Ids of events, numbers of barriers. */
export const idsOf = (records: readonly LogRecord[]): (string | number)[] =>
  records.map((record) => (record.kind === 'event' ? record.id : record.number));
