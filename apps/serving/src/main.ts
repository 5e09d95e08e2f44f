/** The serving layer as a process of its own. */
import { createMetrics, EXIT_CODES, runMain } from '@rushes/runtime';
import { openStoresToServe } from '@rushes/stores';

import { serve, untilStopped } from './serve.ts';

await runMain(process, async (session) => {
  const stores = await openStoresToServe(session);
  const url = await serve(session, stores, createMetrics());
  session.logger.info({ url }, 'listening');
  await untilStopped(session, stores);
  return EXIT_CODES.ok;
});
