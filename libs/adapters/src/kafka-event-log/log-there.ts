import { type Metadata, missingTopics } from './cluster-view.ts';
import { openCluster } from './cluster.ts';
import { kafkaFailure } from './kafka-failure.ts';
import { checkPrefix, kafkaLocation } from './kafka-url.ts';
import { DEFAULT_LIMITS, type KafkaEventLogOptions } from './options.ts';
import { topicsOf } from './topics.ts';

/**
 * Whether any topic of the log is there. One that has lost some of them counts: nobody should take it for one that was never made.
 * @throws StoreUnavailable, StoreFault
 */
export const isKafkaLogThere = async (options: KafkaEventLogOptions): Promise<boolean> => {
  const { brokers, topicPrefix = '', replicationFactor = 1, minInsyncReplicas = 1, tls, sasl } = options;
  const { connectTimeoutMs, requestTimeoutMs } = { ...DEFAULT_LIMITS, ...options.limits };
  const location = kafkaLocation({ brokers, topicPrefix: checkPrefix(topicPrefix) });
  const topics = topicsOf(topicPrefix, { replicationFactor, minInsyncReplicas });
  const cluster = openCluster({ location, tls, sasl, connectTimeoutMs }, topics, brokers, requestTimeoutMs);
  try {
    const metadata: Metadata = await cluster.metadata();
    return missingTopics(metadata, topics).length < topics.plans.length;
  } catch (error) {
    throw kafkaFailure(error, location, 'open');
  } finally {
    cluster.close();
  }
};
