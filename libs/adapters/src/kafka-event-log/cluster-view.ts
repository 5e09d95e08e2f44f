/** What metadata say of a cluster: brokers, leaders, and which log it is. Pure. */
import { hash } from 'node:crypto';
import type { LogPartition } from '@rushes/domain';
import { StoreFault } from '@rushes/ports';

import type { Topics } from './topics.ts';

/** As much of the protocol's answer as is used. */
export interface Metadata {
  readonly clusterId?: string | null | undefined;
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
  readonly topics: readonly {
    readonly errorCode: number;
    readonly name?: string | null | undefined;
    readonly topicId: string;
    readonly partitions: readonly {
      readonly partitionIndex: number;
      readonly leaderId: number;
      readonly isrNodes: readonly number[];
      readonly replicaNodes: readonly number[];
    }[];
    readonly topicAuthorizedOperations: number;
  }[];
}

export interface ClusterView {
  /** The log's identity. */
  readonly id: string;
  readonly brokers: ReadonlyMap<number, { readonly host: string; readonly port: number }>;
  /** By topic name. */
  readonly topicIds: ReadonlyMap<string, string>;
  /** The broker that leads a partition; a partition without one is missing. */
  readonly leaders: ReadonlyMap<LogPartition, number>;
}

/** The topics that metadata do not have, by their names. */
export const missingTopics = (metadata: Metadata, { plans }: Topics): readonly string[] =>
  plans.map(({ name }) => name).filter((name) => !metadata.topics.some((topic) => topic.name === name && topic.errorCode !== 3));

/**
 * The log's identity: the cluster and the topics' ids, which Kafka gives to a topic when it is made and never again. The name is the same again after a topic
 * was deleted and made anew, its id is not.
 */
const identityOf = (clusterId: string | null | undefined, topicIds: ReadonlyMap<string, string>): string =>
  `kafka:${hash('sha256', JSON.stringify([clusterId, ...topicIds.values()]), 'base64url').slice(0, 22)}`;

/** @throws StoreFault if a topic is missing. */
export const clusterView = (metadata: Metadata, topics: Topics, location: string): ClusterView => {
  const missing = missingTopics(metadata, topics);
  if (missing.length > 0)
    throw new StoreFault({
      location,
      reason: `has no topic ${missing.join(', ')}`,
      hint: 'See whether brokers and prefix are right. If the topics were deleted, their events are gone: restore the log as for one that is lost.',
    });
  const byName = new Map(metadata.topics.map((topic) => [topic.name, topic]));
  const topicIds = new Map(topics.plans.map(({ name }) => [name, byName.get(name)?.topicId ?? '']));
  const leaders = new Map<LogPartition, number>();
  for (const partition of topics.partitions) {
    const { topic, index } = topics.placeOf(partition);
    const leader = byName.get(topic)?.partitions.find(({ partitionIndex }) => partitionIndex === index)?.leaderId ?? -1;
    if (leader >= 0) leaders.set(partition, leader);
  }
  return {
    id: identityOf(metadata.clusterId, topicIds),
    brokers: new Map(metadata.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }])),
    topicIds,
    leaders,
  };
};

const otherLog = (location: string, what: string): StoreFault =>
  new StoreFault({
    location,
    reason: `is another log than the one that was opened (${what}): topics were deleted and made anew, or the brokers are of another cluster`,
    hint: 'Offsets of the one mean nothing in the other. Restore the topics, or go on with the new log as for one that was lost.',
  });

/** @throws StoreFault. */
export const requireSameLog = (expected: string, { id }: ClusterView, location: string): void => {
  if (id !== expected) throw otherLog(location, `${id} in the place of ${expected}`);
};

/** The same for some topics, whose ids no other cluster has. @throws StoreFault. */
export const requireSameTopics = ({ topicIds }: ClusterView, metadata: Metadata, names: readonly string[], location: string): void => {
  for (const name of names) {
    const topic = metadata.topics.find((one) => one.name === name);
    if (topic?.topicId !== topicIds.get(name)) throw otherLog(location, `${name} has the id ${topic?.topicId}`);
  }
};
