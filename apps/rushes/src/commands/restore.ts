import { restoreBackup, type RestoreReport } from '@rushes/adapters/embedded';
import { formatAmount, type ProgressTask } from '@rushes/runtime';
import { requireWholeDataFolder } from '@rushes/stores';
import { Option, type Command } from 'commander';

import { checkBackup, checkEmptyFolder, requireRoom } from '../backup-folders.ts';
import { addCommand, done } from '../cli.ts';

const describe = ({ takenAt, version, files, bytes }: RestoreReport, folder: string): string =>
  [
    `Restored ${folder}: ${formatAmount(files.length, 'files')}, ${formatAmount(bytes, 'bytes')}, ${version === null ? 'nothing published' : `version ${version}`}, and everything acknowledged before ${takenAt}.`,
    `What came later is lost. Look whether all fits together: rushes audit --data ${folder}`,
  ].join('\n');

export const addRestore = (program: Command): Command =>
  addCommand<{ readonly from: string }>(program, 'restore', {
    summary: 'make a data folder from a backup',
    description:
      'Makes a data folder from a backup of `rushes backup`. Each file is compared with its checksum; the data folder is there with all of it, or not at all. A data folder with anything in it is refused. What was acknowledged after the backup is lost, and an API key that was revoked after it is valid again.',
    settings: ['folders.data'],
    options: [new Option('--from <FOLDER>', 'the folder of the backup').makeOptionMandatory()],
    examples: [['restore --from backups/today --data data', 'after the data folder was lost']],
    narrates: true,
    run: async (invocation, { from }) => {
      const { config, lifecycle, progress, output } = invocation;
      requireWholeDataFolder(invocation);
      const { data } = config.folders;
      await checkBackup(from);
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
