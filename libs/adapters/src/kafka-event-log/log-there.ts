import { missingTopics } from './cluster-view.ts';
import { kafkaFailure } from './kafka-failure.ts';
import { clusterOf } from './opened-cluster.ts';
import type { KafkaEventLogOptions } from './options.ts';

/**
 * Whether any topic of the log is there. One that has lost some of them counts: nobody should take it for one that was never made.
 * @throws StoreUnavailable, StoreFault
 */
export const isKafkaLogThere = async (options: KafkaEventLogOptions): Promise<boolean> => {
  const { cluster } = clusterOf(options);
  const { location, topics } = cluster;
  try {
    return missingTopics(await cluster.metadata(), topics).length < topics.plans.length;
  } catch (error) {
    throw kafkaFailure(error, location, 'open');
  } finally {
    cluster.close();
  }
};
