import { applyRetention, type RetentionReport, type Weight } from '@rushes/batch';
import { openExistingStores } from '@rushes/stores';
import { type Command, Option } from 'commander';

import { addCommand, done, storeSettings } from '../cli.ts';

const weight = ({ files, bytes }: Weight): string =>
  `${files.toLocaleString('en-US')} ${files === 1 ? 'file' : 'files'}, ${(bytes / 1e6).toLocaleString('en-US', { maximumFractionDigits: 1 })} MB`;

const describe = (report: RetentionReport, days: number, dryRun: boolean): string => {
  const { sealed, archive, loads, archive_begins: begins, kept_because: keptBecause } = report;
  if (days === 0) return 'Bronze is kept for ever: batch.bronzeDays is 0.';
  const lines = [
    `${dryRun ? 'Would remove' : 'Removed'} from bronze: ${weight(archive)} of the log's archive; ${weight(loads)} of IMDb's files.`,
  ];
  if (sealed !== null)
    lines.push(
      `${dryRun ? 'Would seal' : 'Sealed'} opening balance ${sealed.number}: it stands for all events that landed until ${sealed.begins}. Their files go a day later.`,
    );
  if (keptBecause !== null) lines.push(`The archive keeps everything for now: ${keptBecause}.`);
  lines.push(
    begins === null
      ? 'The archive has every event from the first one on.'
      : `The archive has the events that landed after ${begins}, and what those before come to.`,
  );
  return lines.join('\n');
};

export const addRetention = (program: Command): Command =>
  addCommand<{ readonly dryRun?: true }>(program, 'retention', {
    summary: 'remove what is older than its retention and nobody needs',
    description:
      "Removes events themselves, and IMDb's files as they were read, that are older than batch.bronzeDays. Before events go, what they come to is sealed into an opening balance, compared with a recompute over them; computing everything anew begins with it. Nothing goes that a kept version or a rollback needs. Processes of the batch layer do this once a day.",
    settings: [...storeSettings(), 'batch.bronzeDays', 'batch.keepVersions', 'batch.memoryLimitMb', 'batch.threads'],
    options: [new Option('--dry-run', 'only say what would be done')],
    examples: [
      ['retention --data data --dry-run', 'what would go'],
      ['retention --data data --bronze-days 30', 'keep thirty days'],
    ],
    narrates: true,
    run: async (invocation, { dryRun = false }) => {
      const { config, logger, progress, lifecycle, output } = invocation;
      const stores = await openExistingStores(invocation);
      const report = await applyRetention(
        stores,
        { ...config.batch, workFolder: stores.scratchFolder, dryRun },
        { logger, progress, signal: lifecycle.signal },
      );
      output.result(report, () => describe(report, config.batch.bronzeDays, dryRun));
      return done;
    },
  });
