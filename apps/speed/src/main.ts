/** The speed layer as a process of its own. Several may run: each takes a part of the log's partitions. */
import { createMetrics, EXIT_CODES, runMain } from '@rushes/runtime';
import { openStores } from '@rushes/stores';

import { projectAlone } from './project.ts';
import { startTmdb } from './tmdb.ts';

await runMain(process, 'rushes-speed', async (session) => {
  const stores = await openStores(session);
  const metrics = createMetrics();
  const tmdb = await startTmdb(session, stores, metrics);
  const url = await projectAlone(session, stores, metrics, tmdb);
  session.logger.info({ url }, 'projecting');
  await session.lifecycle.stopRequested;
  return EXIT_CODES.ok;
});
