import { openKafkaEventLog } from '@rushes/adapters/kafka-event-log';
import type { EventLog } from '@rushes/ports';

import type { OwnServers } from './own-servers.ts';

/** The log on a test's own servers, only to be read. */
export const openLogToRead = (servers: OwnServers): Promise<EventLog> =>
  openKafkaEventLog({
    brokers: [servers.address('kafka')],
    registry: { url: servers.address('registry') },
    replicationFactor: 1,
    minInsyncReplicas: 1,
    readOnly: true,
  });
