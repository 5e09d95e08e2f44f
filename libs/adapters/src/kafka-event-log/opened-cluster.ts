import { type Cluster, openCluster } from './cluster.ts';
import { checkPrefix, kafkaLocation } from './kafka-url.ts';
import { DEFAULT_LIMITS, type KafkaEventLogOptions, type KafkaLimits } from './options.ts';
import { topicsOf } from './topics.ts';

/** The cluster that the options name, with the topics of the log that they are of. Nothing is asked yet. @throws RangeError if an option cannot be. */
export const clusterOf = (options: KafkaEventLogOptions): { readonly cluster: Cluster; readonly limits: KafkaLimits } => {
  const { brokers, topicPrefix = '', replicationFactor = 1, minInsyncReplicas = 1, tls, sasl } = options;
  if (brokers.length === 0) throw new RangeError('an event log on Kafka has at least one broker');
  const limits: KafkaLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const location = kafkaLocation({ brokers, topicPrefix: checkPrefix(topicPrefix) });
  const topics = topicsOf(topicPrefix, { replicationFactor, minInsyncReplicas });
  const settings = { location, tls, sasl, connectTimeoutMs: limits.connectTimeoutMs };
  return { cluster: openCluster(settings, topics, brokers, limits.requestTimeoutMs), limits };
};
