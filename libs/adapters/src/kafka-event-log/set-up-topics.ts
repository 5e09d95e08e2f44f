/** Makes the topics that are not there, and checks those that are. */
import { setTimeout } from 'node:timers/promises';
import { createTopicsV7, describeConfigsV4, ConfigResourceTypes } from '@platformatic/kafka';
import { StoreFault } from '@rushes/ports';

import type { Cluster } from './cluster.ts';
import { type Metadata, missingTopics } from './cluster-view.ts';
import { type Link, requireVersions } from './link.ts';
import { LEADER_NOT_AVAILABLE, OK, protocolFailure, TOPIC_ALREADY_EXISTS, UNKNOWN_TOPIC_OR_PARTITION } from './protocol-codes.ts';
import { differences, isBeingBegun, type TopicConfigs } from './topic-check.ts';
import type { TopicPlan } from './topics.ts';

/** How often it is looked whether new topics have their leaders. */
const LOOK_MS = 50;

/** @param options.onlyTried whether all is answered as if the topics were made, and none is. */
export const createTopics = async (
  cluster: Cluster,
  link: Link,
  plans: readonly TopicPlan[],
  { timeoutMs, onlyTried = false }: { readonly timeoutMs: number; readonly onlyTried?: boolean },
): Promise<void> => {
  const topics = plans.map(({ name, partitions, replicationFactor, configs }) => ({
    name,
    numPartitions: partitions,
    replicationFactor,
    assignments: [],
    configs: Object.entries(configs).map(([config, value]) => ({ name: config, value })),
  }));
  const answer = await link.answer(createTopicsV7.api, topics, timeoutMs, onlyTried);
  for (const { name, errorCode, errorMessage } of answer.topics)
    // Another process may have made it just now.
    if (errorCode !== OK && errorCode !== TOPIC_ALREADY_EXISTS)
      throw protocolFailure(errorCode, cluster.location, `${name}: ${errorMessage ?? 'cannot be made'}`);
};

export const readConfigs = async (
  cluster: Cluster,
  link: Link,
  plans: readonly TopicPlan[],
): Promise<ReadonlyMap<string, TopicConfigs>> => {
  const resources = plans.map(({ name, configs }) => ({
    resourceType: ConfigResourceTypes.TOPIC,
    resourceName: name,
    configurationKeys: Object.keys(configs),
  }));
  const { results } = await link.answer(describeConfigsV4.api, resources, false, false);
  return new Map(
    results.map(({ resourceName, errorCode, configs }) => {
      if (errorCode !== OK) throw protocolFailure(errorCode, cluster.location, resourceName);
      return [resourceName, Object.fromEntries(configs.map(({ name, value }) => [name, value ?? null]))];
    }),
  );
};

const isComplete = (metadata: Metadata, cluster: Cluster): boolean =>
  missingTopics(metadata, cluster.topics).length === 0 &&
  metadata.topics.every(({ partitions }) => partitions.every(({ leaderId }) => leaderId >= 0));

/** Topics that were made a moment ago are known to all brokers a little later. */
export const settledTopics = async (cluster: Cluster, timeoutMs: number): Promise<Metadata> => {
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    const metadata = await cluster.metadata();
    if (isComplete(metadata, cluster) || performance.now() > untilMs) return metadata;
    await setTimeout(LOOK_MS);
  }
};

/**
 * Afterwards the cluster's view is that of the log.
 * @throws StoreFault that names all in which topics differ from what they should be.
 */
export const setUpTopics = async (cluster: Cluster, readOnly: boolean, timeoutMs: number): Promise<void> => {
  let metadata = await cluster.metadata();
  await cluster.anywhere((link) => requireVersions(link, cluster.location));
  const missing = missingTopics(metadata, cluster.topics);
  if (missing.length > 0 && !readOnly) {
    const plans = cluster.topics.plans.filter(({ name }) => missing.includes(name));
    await cluster.anywhere((link) => createTopics(cluster, link, plans, { timeoutMs }));
    metadata = await settledTopics(cluster, timeoutMs);
  }
  for (const { name, errorCode } of metadata.topics)
    if (errorCode !== OK && errorCode !== UNKNOWN_TOPIC_OR_PARTITION && errorCode !== LEADER_NOT_AVAILABLE)
      throw protocolFailure(errorCode, cluster.location, name ?? '');
  cluster.adopt(metadata);
  const configs = await cluster.anywhere((link) => readConfigs(cluster, link, cluster.topics.plans));
  const found = cluster.topics.plans.flatMap((plan) =>
    differences(
      plan,
      metadata.topics.find(({ name }) => name === plan.name),
      configs.get(plan.name),
    ),
  );
  if (found.length === 0) return;
  if (isBeingBegun(found))
    throw new StoreFault({
      location: cluster.location,
      reason: 'is a log that was begun in the place of another one, and is not finished',
      hint: 'Wait until the command that makes it has ended. If it was broken off, give the same command again: it begins anew.',
    });
  throw new StoreFault({
    location: cluster.location,
    reason: `has topics that are not set up for this log: ${found.join('; ')}`,
    hint: 'Set these up as they should be, or give this client the settings that they have.',
  });
};
