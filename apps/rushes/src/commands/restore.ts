import { backupInFolder, backupInStore, type BackupSource, restoreBackup, type RestoreReport } from '@rushes/adapters/embedded';
import { readInstant } from '@rushes/domain';
import { formatAmount, type ProgressTask, UsageError } from '@rushes/runtime';
import { isBackupUrl, openBackupPlace, requireWholeDataFolder } from '@rushes/stores';
import { InvalidArgumentError, Option, type Command } from 'commander';

import { checkBackup, checkEmptyFolder, requireRoom } from '../backup-folders.ts';
import { addCommand, done, type Invocation } from '../cli.ts';

const describe = ({ takenAt, version, files, bytes }: RestoreReport, folder: string): string =>
  [
    `Restored ${folder}: ${formatAmount(files.length, 'files')}, ${formatAmount(bytes, 'bytes')}, ${version === null ? 'nothing published' : `version ${version}`}, and everything acknowledged before ${takenAt}.`,
    `What came later is lost. Look whether all fits together: rushes audit --data ${folder}`,
  ].join('\n');

interface RestoreFlags {
  readonly from: string;
  readonly at?: Date;
}

const instant = (text: string): Date => {
  const ms = readInstant(text);
  if (ms === undefined) throw new InvalidArgumentError('give a time in UTC, such as 2026-11-27T18:30:00Z.');
  return new Date(ms);
};

const sourceOf = async ({ config }: Invocation, { from, at }: RestoreFlags): Promise<BackupSource> => {
  if (isBackupUrl(from)) return backupInStore(await openBackupPlace(from, '--from', config, true), at);
  if (at !== undefined)
    throw new UsageError('--at is for a place with many backups, and a folder has one', {
      hint: 'Leave it out, or give --from s3://bucket/prefix.',
    });
  await checkBackup(from);
  return backupInFolder(from);
};

export const addRestore = (program: Command): Command =>
  addCommand<RestoreFlags>(program, 'restore', {
    summary: 'make a data folder from a backup',
    description:
      'Makes a data folder from a backup of `rushes backup`. Each file is compared with its checksum; from a bucket (settings s3.*) it is the newest whole backup, or with --at an older one; the data folder is there with all of it, or not at all. A data folder with anything in it is refused. What was acknowledged after the backup is lost, and an API key that was revoked after it is valid again.',
    settings: ['folders.data'],
    options: [
      new Option(
        '--from <FOLDER|URL>',
        'the folder of the backup, or the s3://bucket/prefix that backups were sent to',
      ).makeOptionMandatory(),
      new Option('--at <TIME>', 'of what lies at the URL, the newest that was taken until then; default: the newest').argParser(instant),
    ],
    examples: [
      ['restore --from backups/today --data data', 'after the data folder was lost'],
      ['restore --from s3://films/backups --at 2026-11-27T18:30:00Z --data data', 'the backup before something went wrong'],
    ],
    narrates: true,
    run: async (invocation, flags) => {
      const { config, lifecycle, progress, output } = invocation;
      requireWholeDataFolder(invocation);
      const { data } = config.folders;
      const from = await sourceOf(invocation, flags);
      await checkEmptyFolder(data);
      let task: ProgressTask | undefined;
      const report = await restoreBackup(from, data, {
        signal: lifecycle.signal,
        onStart: async (bytes) => {
          await requireRoom(data, bytes, 'the data folder');
          task = progress.task({ name: 'restore', unit: 'bytes', total: bytes });
        },
        onBytes: (bytes) => task?.advance(bytes),
      });
      task?.finish();
      const { files, ...told } = report;
      output.result({ folder: data, ...told, files: files.length }, () => describe(report, data));
      return done;
    },
  });
