import { setTimeout } from 'node:timers/promises';
import { deleteRecordsV2 } from '@platformatic/kafka';
import { DEAD_LETTERS, type LogPartition, offsetAt, type OffsetVector } from '@rushes/domain';
import { StoreUnavailable } from '@rushes/ports';

import type { Cluster } from './cluster.ts';
import { EARLIEST, everywhere, LATEST, listOffsets } from './offsets.ts';
import { hasMoved, OK, protocolFailure } from './protocol-codes.ts';

const PAUSE_MS = 100;

/** What lies before `to` goes. */
export interface Removal {
  readonly partition: LogPartition;
  readonly to: number;
}

/** Kafka removes by offset. Those of a partition that are younger than `keepFromMs` stay, and what lies at or behind `keepFrom`. */
const removals = async (
  cluster: Cluster,
  keepFrom: OffsetVector,
  keepFromMs: number,
  timeoutMs: number,
): Promise<readonly (Removal & { readonly from: number })[]> => {
  const partitions = cluster.topics.partitions.filter((partition) => partition !== DEAD_LETTERS && keepFrom[partition] !== undefined);
  const [earliest, next, young] = await Promise.all(
    [EARLIEST, LATEST, BigInt(Math.max(0, Math.ceil(keepFromMs)))].map((time) =>
      listOffsets(cluster, everywhere(partitions, time), timeoutMs),
    ),
  );
  return partitions
    .map((partition) => {
      const end = next?.get(partition) ?? 0;
      const youngest = young?.get(partition) ?? 0;
      return {
        partition,
        from: earliest?.get(partition) ?? 0,
        to: Math.min(offsetAt(keepFrom, partition), youngest < 0 ? end : youngest, end),
      };
    })
    .filter(({ from, to }) => to > from);
};

/** Returns the partitions that are to be tried again, because another broker leads them now. */
const removeAt = async (cluster: Cluster, node: number, wanted: readonly Removal[], timeoutMs: number): Promise<readonly Removal[]> => {
  const link = await cluster.linkTo(node);
  // Removing goes by the topics' names: it must not hit topics that took their place.
  await cluster.verify(link);
  const topics = wanted.map(({ partition, to }) => {
    const { topic, index } = cluster.topics.placeOf(partition);
    return { name: topic, partitions: [{ partitionIndex: index, offset: BigInt(to) }] };
  });
  const answer = await link.answer(deleteRecordsV2.api, mergeTopics(topics), timeoutMs);
  const again: Removal[] = [];
  for (const { name, partitions } of answer.topics)
    for (const { partitionIndex, errorCode } of partitions) {
      const removal = wanted.find(({ partition }) => partition === cluster.topics.partitionAt(name, partitionIndex));
      if (errorCode !== OK && !hasMoved(errorCode)) throw protocolFailure(errorCode, cluster.location, name);
      if (errorCode !== OK && removal !== undefined) again.push(removal);
    }
  return again;
};

interface DeletedTopic {
  readonly name: string;
  readonly partitions: { partitionIndex: number; offset: bigint }[];
}

/** A topic is named once in a request. */
const mergeTopics = (topics: readonly DeletedTopic[]): DeletedTopic[] =>
  [...Map.groupBy(topics, ({ name }) => name)].map(([name, those]) => ({
    name,
    partitions: those.flatMap(({ partitions }) => partitions),
  }));

/** @throws StoreUnavailable if not all can be removed within `timeoutMs`. */
export const removeRecords = async (cluster: Cluster, wanted: readonly Removal[], timeoutMs: number): Promise<void> => {
  const untilMs = performance.now() + timeoutMs;
  let left = wanted;
  while (left.length > 0) {
    const { leaders } = cluster.view();
    const groups = Map.groupBy(left, ({ partition }) => leaders.get(partition));
    const again = await Promise.all(
      [...groups].map(([node, those]) =>
        node === undefined ? Promise.resolve<readonly Removal[]>(those) : removeAt(cluster, node, those, timeoutMs),
      ),
    );
    left = again.flat();
    if (left.length === 0) break;
    if (performance.now() > untilMs)
      throw new StoreUnavailable({
        location: cluster.location,
        reason: 'has partitions without a leader',
        hint: 'Try again; see whether all brokers run.',
      });
    await setTimeout(PAUSE_MS);
    await cluster.refresh();
  }
};

/** Returns how many offsets were removed: records, and what Kafka put between them. */
export const trimLog = async (cluster: Cluster, keepFrom: OffsetVector, keepFromMs: number, timeoutMs: number): Promise<number> => {
  const all = await removals(cluster, keepFrom, keepFromMs, timeoutMs);
  await removeRecords(cluster, all, timeoutMs);
  return all.reduce((sum, { from, to }) => sum + to - from, 0);
};
