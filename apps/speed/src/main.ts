/** The speed layer as a process of its own. Several may run: each takes a part of the log's partitions. */
import { createMetrics, EXIT_CODES, runMain } from '@rushes/runtime';
import { openStores } from '@rushes/stores';

import { projectAlone } from './project.ts';

await runMain(process, 'rushes-speed', async (session) => {
  const stores = await openStores(session);
  const url = await projectAlone(session, stores, createMetrics());
  session.logger.info({ url }, 'projecting');
  await session.lifecycle.stopRequested;
  return EXIT_CODES.ok;
});
