import type { StoreCheck } from '@rushes/ports';

import { versionCheck } from './broker-versions.ts';
import { kafkaFailure } from './kafka-failure.ts';
import { askVersions, requireVersions } from './link.ts';
import { clusterOf } from './opened-cluster.ts';
import type { KafkaEventLogOptions } from './options.ts';

/**
 * Asks every broker that the cluster has at the moment which release it is of. One that does not answer just now is left out: a log needs a majority of them.
 * @throws StoreFault if none that answers knows the requests of this client, or one does not; StoreUnavailable.
 */
export const checkKafkaBrokers = async (options: KafkaEventLogOptions): Promise<StoreCheck> => {
  const { cluster } = clusterOf(options);
  try {
    const { brokers } = await cluster.metadata();
    const told = await cluster.everywhere(brokers, askVersions);
    const { version, findings } = versionCheck(told);
    // Those that name no release are judged by the requests that they know.
    if (findings.length === 0) await cluster.everywhere(brokers, (link) => requireVersions(link, cluster.location));
    return { version, findings };
  } catch (error) {
    throw kafkaFailure(error, cluster.location, 'open');
  } finally {
    cluster.close();
  }
};
