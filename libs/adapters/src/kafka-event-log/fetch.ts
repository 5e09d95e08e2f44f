/** One fetch: an answer for several partitions of one broker, taken apart. No session, so each answer says of every partition where it stands. */
import type { LogPartition } from '@rushes/domain';

import type { Cluster } from './cluster.ts';
import { fetchApi } from './fetch-answer.ts';
import type { Link } from './link.ts';
import type { KafkaLimits } from './options.ts';
import type { StoredBatch, StoredRecord } from './record-batch.ts';

/** From where a partition is read. */
export interface Position {
  readonly offset: number;
  /** The leader epoch of the last batch before it, if this client has read it: with it the broker notices that what was read is not what it has. −1: not known. */
  readonly epoch: number;
}

export interface FetchedPartition {
  readonly partition: LogPartition;
  readonly errorCode: number;
  /** Where readers may read up to; −1 with an error. */
  readonly highWatermark: number;
  /** Where the log that was read ends in the log that the broker has, if they differ before the position. */
  readonly divergedAt: number | undefined;
  /** Where a batch lies that is not what was stored, behind the records. */
  readonly damagedAt: number | undefined;
  readonly records: readonly StoredRecord[];
  /** Where to go on. */
  readonly next: Position;
}

/** The records from a position on. A batch is sent whole, also if the position is within it. */
export const takeApart = (batches: readonly StoredBatch[], from: Position): Pick<FetchedPartition, 'records' | 'next'> => {
  const records: StoredRecord[] = [];
  let next = from;
  for (const batch of batches) {
    if (batch.end <= next.offset) continue;
    for (const record of batch.records) if (record.offset >= from.offset) records.push(record);
    next = { offset: batch.end, epoch: batch.leaderEpoch };
  }
  return { records, next };
};

/** @param positions in the order in which they are served: what comes first gets the bytes. */
export const fetchOnce = async (
  cluster: Cluster,
  link: Link,
  positions: ReadonlyMap<LogPartition, Position>,
  { waitMs, partitionBytes, answerBytes }: Pick<KafkaLimits, 'waitMs' | 'partitionBytes' | 'answerBytes'>,
): Promise<readonly FetchedPartition[]> => {
  const { topicIds } = cluster.view();
  const names = new Map([...topicIds].map(([name, id]) => [id, name]));
  const topics = [...positions].map(([partition, { offset, epoch }]) => {
    const { topic, index } = cluster.topics.placeOf(partition);
    const place = {
      partition: index,
      currentLeaderEpoch: -1,
      fetchOffset: BigInt(offset),
      lastFetchedEpoch: epoch,
      partitionMaxBytes: partitionBytes,
    };
    return { topicId: topicIds.get(topic) ?? '', partitions: [place] };
  });
  const answered = await link.request(fetchApi, waitMs, 1, answerBytes, 0, 0, -1, topics, [], '');
  return answered.flatMap(({ topicId, partitions }) =>
    partitions.flatMap(({ index, batches, ...told }) => {
      const partition = cluster.topics.partitionAt(names.get(topicId) ?? '', index);
      const from = partition === undefined ? undefined : positions.get(partition);
      return partition === undefined || from === undefined ? [] : [{ partition, ...told, ...takeApart(batches, from) }];
    }),
  );
};
