/** The serving layer as a process of its own. */
import { EXIT_CODES, runMain } from '@rushes/runtime';
import { openStoresToServe } from '@rushes/stores';

import { serveByWorkers, untilStopped } from './serve.ts';

await runMain(process, 'rushes-serving', async (session) => {
  const stores = await openStoresToServe(session);
  const url = await serveByWorkers(session, stores);
  session.logger.info({ url }, 'listening');
  await untilStopped(session, stores);
  return EXIT_CODES.ok;
});
