/** The batch layer as a process of its own: runs on a schedule, on the stores of one folder. */

import { makeDataFolder, openEmbeddedStores } from '@rushes/adapters/embedded';
import { checkSource, startSchedule } from '@rushes/batch';
import { EXIT_CODES, runMain, UsageError } from '@rushes/runtime';

await runMain(process, async ({ config, logger, progress, lifecycle }) => {
  const imdbFolder = config.folders.imdb;
  if (imdbFolder === undefined) throw new UsageError("no folder with IMDb's files was named", { hint: 'Set RUSHES_IMDB.' });
  const { closed, open } = await makeDataFolder(config.folders.data);
  if (closed.length + open.length > 0) logger.warn({ closed, still_open: open }, 'others of this machine could read the data folder');
  const stores = await openEmbeddedStores(config.folders.data);
  lifecycle.onStop('the stores', () => stores.close());
  await checkSource(stores, imdbFolder, false);
  const schedule = startSchedule(
    stores,
    {
      ...config.batch,
      imdbFolder,
      workFolder: stores.scratchFolder,
      full: false,
      alert: config.alert,
    },
    { logger, progress, signal: lifecycle.signal },
  );
  lifecycle.onStop('the schedule', () => schedule.stop());
  await lifecycle.stopRequested;
  return EXIT_CODES.ok;
});
