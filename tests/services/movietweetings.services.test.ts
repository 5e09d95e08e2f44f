/** The same as on the embedded stores, with log, speed store and lake on Kafka, Cassandra and S3. */
import { describe } from 'vitest';

import { needsServers } from './needs-servers.ts';

describe.skipIf(needsServers('kafka', 'registry', 'cassandra', 's3'))(
  'movietweetings on servers (skipped: one cannot be had here)',
  async () => {
    await import('../merge/movietweetings.deep.test.ts');
  },
);
