/** The batch layer as a process of its own: on a schedule until it is stopped, or one run and its end, for a scheduler elsewhere. */
import { checkSource } from '@rushes/batch';
import { createMetrics, EXIT_CODES, runMain, startOperations } from '@rushes/runtime';
import { openStores, storeChecks } from '@rushes/stores';

import { openImdbSource, runOnce, runOnSchedule } from './batch-process.ts';
import { exitCodeOfRun } from './run-exit-code.ts';

await runMain(process, 'rushes-batch', async (session) => {
  const { config, lifecycle, logger } = session;
  const imdbSource = await openImdbSource(config);
  const stores = await openStores(session);
  if (config.batch.mode === 'once') {
    const { outcome, version } = await runOnce(session, stores, imdbSource);
    logger.info({ run_id: version, outcome }, 'the run ended');
    return exitCodeOfRun({ outcome }, lifecycle.stoppedBy());
  }
  await checkSource(stores, imdbSource, false);
  const metrics = createMetrics();
  const url = await startOperations(session, metrics, { checks: storeChecks(stores) });
  runOnSchedule(session, stores, imdbSource, metrics);
  logger.info({ url }, 'running on a schedule');
  await lifecycle.stopRequested;
  return EXIT_CODES.ok;
});
