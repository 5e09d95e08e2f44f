import { openImdbSource, exitCodeOfRun, runOnce } from '@rushes/app-batch';
import { openStores } from '@rushes/stores';
import { Option, type Command } from 'commander';

import { addCommand, settingsOf } from '../cli.ts';
import { takeSampleOption } from '../source.ts';
import { describeRun } from '../run-report.ts';

export const addBatchRun = (batch: Command): Command =>
  addCommand<{ readonly full?: true; readonly sample?: true }>(batch, 'run', {
    summary: "build a version from IMDb's files and publish it",
    description:
      "Builds a version from IMDb's files, validates it and publishes it. Files that have not changed are not read again. It can be ended at any time: the next run goes on from what is stored.",
    settings: [
      ...settingsOf('folders', 'stores'),
      'batch.memoryLimitMb',
      'batch.threads',
      'batch.keepVersions',
      'batch.freeSpaceCheck',
      'batch.auditIntervalMinutes',
      'batch.bronzeDays',
      ...settingsOf('alert'),
      'lineage.file',
      'lineage.url',
      'lineage.namespace',
    ],
    options: [new Option('--full', 'compute everything anew, whatever was computed before'), takeSampleOption()],
    examples: [
      ['batch run --imdb imdb --data data', 'one run'],
      ['batch run --imdb imdb --data data --full --json', 'everything anew, with the report as JSON'],
    ],
    narrates: true,
    service: 'rushes-batch',
    run: async (invocation, { full, sample }) => {
      const { config, lifecycle, output } = invocation;
      const source = await openImdbSource(config);
      const stores = await openStores(invocation);
      const report = await runOnce(invocation, stores, source, { full: full === true, takeSample: sample === true });
      output.result(report, () => describeRun(report));
      return exitCodeOfRun(report, lifecycle.stoppedBy());
    },
  });
