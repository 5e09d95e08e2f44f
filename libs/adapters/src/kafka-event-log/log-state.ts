/**
 * Whether there is a log. One that is being begun at offsets of its own keeps the times that its writer gives until it is whole, which no log does that is
 * in use: so nobody opens it, and whoever begins it again knows that it may be removed.
 */
import type { LogState } from '@rushes/ports';

import type { Cluster } from './cluster.ts';
import { type Metadata, missingTopics } from './cluster-view.ts';
import { kafkaFailure } from './kafka-failure.ts';
import { clusterOf } from './opened-cluster.ts';
import type { KafkaEventLogOptions } from './options.ts';
import { readConfigs } from './set-up-topics.ts';
import { differences, isBeingBegun } from './topic-check.ts';

/** @param metadata of the cluster, a moment ago. */
export const stateOf = async (cluster: Cluster, metadata: Metadata): Promise<LogState> => {
  const missing = missingTopics(metadata, cluster.topics);
  const plans = cluster.topics.plans.filter(({ name }) => !missing.includes(name));
  if (plans.length === 0) return 'absent';
  const configs = await cluster.anywhere((link) => readConfigs(cluster, link, plans));
  const found = plans.flatMap((plan) =>
    differences(
      plan,
      metadata.topics.find(({ name }) => name === plan.name),
      configs.get(plan.name),
    ),
  );
  return isBeingBegun(found) ? 'unfinished' : 'there';
};

/**
 * A log that has lost some of its topics counts as one that is there: nobody should take it for one that was never made.
 * @throws StoreUnavailable, StoreFault
 */
export const kafkaLogState = async (options: KafkaEventLogOptions): Promise<LogState> => {
  const { cluster } = clusterOf(options);
  try {
    return await stateOf(cluster, await cluster.metadata());
  } catch (error) {
    throw kafkaFailure(error, cluster.location, 'open');
  } finally {
    cluster.close();
  }
};
