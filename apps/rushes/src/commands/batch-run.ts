import { runBatch } from '@rushes/batch';
import { Option, type Command } from 'commander';

import { addCommand, settingsOf } from '../cli.ts';
import { batchOptionsOf, openStores } from '../embedded.ts';
import { checkImdbFolder } from '../folders.ts';
import { takeSampleOption } from '../source.ts';
import { describeRun, exitCodeOfRun } from '../run-report.ts';

export const addBatchRun = (batch: Command): Command =>
  addCommand<{ readonly full?: true; readonly sample?: true }>(batch, 'run', {
    summary: "build a version from IMDb's files and publish it",
    description:
      "Builds a version from IMDb's files, validates it and publishes it. Files that have not changed are not read again. It can be ended at any time: the next run goes on from what is stored.",
    settings: [
      ...settingsOf('folders'),
      'batch.memoryLimitMb',
      'batch.threads',
      'batch.keepVersions',
      'batch.freeSpaceCheck',
      ...settingsOf('alert'),
    ],
    options: [new Option('--full', 'compute everything anew, whatever was computed before'), takeSampleOption()],
    examples: [
      ['batch run --imdb imdb --data data', 'one run'],
      ['batch run --imdb imdb --data data --full --json', 'everything anew, with the report as JSON'],
    ],
    narrates: true,
    run: async (invocation, { full, sample }) => {
      const { config, logger, progress, lifecycle, output } = invocation;
      const folder = await checkImdbFolder(config.folders.imdb);
      const stores = await openStores(invocation);
      const report = await runBatch(
        stores,
        batchOptionsOf(invocation, stores, folder, { full: full === true, takeSample: sample === true }),
        {
          logger,
          progress,
          signal: lifecycle.signal,
        },
      );
      output.result(report, () => describeRun(report));
      return exitCodeOfRun(report, lifecycle.stoppedBy());
    },
  });
