/** Offsets of many partitions at once: where they begin and end, and where a time lies. One request for each broker that leads some of them. */
import { setTimeout } from 'node:timers/promises';
import { listOffsetsV9 } from '@platformatic/kafka';
import type { LogPartition } from '@rushes/domain';
import { StoreFault, StoreUnavailable } from '@rushes/ports';

import type { Cluster } from './cluster.ts';
import { kafkaFailure } from './kafka-failure.ts';
import type { Link } from './link.ts';
import { hasMoved, OK, protocolFailure } from './protocol-codes.ts';

/** Times that stand for the ends, by Kafka's protocol. */
export const EARLIEST = -2n;
export const LATEST = -1n;

const PAUSE_MS = 100;

type Wanted = ReadonlyMap<LogPartition, bigint>;

const byTopic = (cluster: Cluster, wanted: Wanted): Parameters<typeof listOffsetsV9.createRequest>[2] => {
  const topics = new Map<string, { partitionIndex: number; currentLeaderEpoch: number; timestamp: bigint }[]>();
  for (const [partition, timestamp] of wanted) {
    const { topic, index } = cluster.topics.placeOf(partition);
    const partitions = topics.get(topic) ?? [];
    topics.set(topic, partitions);
    partitions.push({ partitionIndex: index, currentLeaderEpoch: -1, timestamp });
  }
  return [...topics].map(([name, partitions]) => ({ name, partitions }));
};

/** What one broker says. Partitions that it does not lead are not in it. */
const askLeader = async (cluster: Cluster, link: Link, wanted: Wanted): Promise<ReadonlyMap<LogPartition, number>> => {
  // The request goes by the topics' names, so the metadata behind it say whether these were still the same topics.
  const [answer] = await Promise.all([link.answer(listOffsetsV9.api, -1, 0, byTopic(cluster, wanted)), cluster.verify(link)]);
  const found = new Map<LogPartition, number>();
  for (const { name, partitions } of answer.topics)
    for (const { partitionIndex, errorCode, offset } of partitions) {
      const partition = cluster.topics.partitionAt(name, partitionIndex);
      if (errorCode !== OK && !hasMoved(errorCode)) throw protocolFailure(errorCode, cluster.location, name);
      if (errorCode === OK && partition !== undefined) found.set(partition, Number(offset));
    }
  return found;
};

const groupByLeader = (cluster: Cluster, wanted: Wanted): ReadonlyMap<number, Map<LogPartition, bigint>> => {
  const { leaders } = cluster.view();
  const groups = new Map<number, Map<LogPartition, bigint>>();
  for (const [partition, timestamp] of wanted) {
    const leader = leaders.get(partition);
    if (leader === undefined) continue;
    const group = groups.get(leader) ?? new Map<LogPartition, bigint>();
    groups.set(leader, group.set(partition, timestamp));
  }
  return groups;
};

/**
 * The first offset whose record has a time or a later one, by partition; −1 if there is none.
 * @param wanted times in milliseconds, or `EARLIEST`, `LATEST`.
 * @throws StoreUnavailable if not all are known within `timeoutMs`.
 */
export const listOffsets = async (cluster: Cluster, wanted: Wanted, timeoutMs: number): Promise<ReadonlyMap<LogPartition, number>> => {
  const untilMs = performance.now() + timeoutMs;
  const found = new Map<LogPartition, number>();
  let last: unknown = new StoreUnavailable({
    location: cluster.location,
    reason: 'has partitions without a leader',
    hint: 'Try again; see whether all brokers run.',
  });
  for (;;) {
    const left = new Map([...wanted].filter(([partition]) => !found.has(partition)));
    const asked = [...groupByLeader(cluster, left)].map(async ([node, group]) => {
      for (const [partition, offset] of await askLeader(cluster, await cluster.linkTo(node), group)) found.set(partition, offset);
    });
    for (const result of await Promise.allSettled(asked))
      if (result.status === 'rejected') last = kafkaFailure(result.reason, cluster.location);
    if (found.size === wanted.size) return found;
    if (last instanceof StoreFault || !(last instanceof StoreUnavailable) || performance.now() >= untilMs) throw last;
    await setTimeout(PAUSE_MS);
    await cluster.refresh();
  }
};

/** The same time of many partitions. */
export const everywhere = (partitions: Iterable<LogPartition>, time: bigint): Wanted =>
  new Map([...partitions].map((partition) => [partition, time]));
