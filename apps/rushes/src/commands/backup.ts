import { backUp, type BackUpReport } from '@rushes/adapters/embedded';
import { copyFault } from '@rushes/batch';
import { formatAmount, type ProgressTask } from '@rushes/runtime';
import { checkDataFolder, requireWholeDataFolder } from '@rushes/stores';
import { Option, type Command } from 'commander';

import { checkNewFolder, requireRoom } from '../backup-folders.ts';
import { addCommand, done } from '../cli.ts';

const describe = ({ takenAt, version, files, bytes }: BackUpReport, out: string): string =>
  [
    `The backup is in ${out}: ${formatAmount(files.length, 'files')}, ${formatAmount(bytes, 'bytes')}, ${version === null ? 'nothing published' : `version ${version}`}, and everything acknowledged before ${takenAt}.`,
    `Back from it: rushes restore --from ${out} --data FOLDER`,
  ].join('\n');

export const addBackup = (program: Command): Command =>
  addCommand<{ readonly out: string }>(program, 'backup', {
    summary: 'copy the data folder while everything runs',
    description:
      'Copies the data folder, while everything may run on it, into a new folder: the lake, the batch views, the log, API keys, and how far replays are. It holds everything that was acknowledged before the time that the command says, and a checksum of each file. The folder has its name only when it is whole. Not in it: scratch files, the sample, and what the speed layer makes from the log.',
    settings: ['folders.data'],
    options: [new Option('--out <FOLDER>', 'where to; must not exist yet').makeOptionMandatory()],
    examples: [['backup --data data --out backups/today', 'beside a running `rushes up`']],
    narrates: true,
    run: async (invocation, { out }) => {
      const { config, lifecycle, progress, output } = invocation;
      requireWholeDataFolder(invocation);
      const { data } = config.folders;
      await checkDataFolder(data);
      await checkNewFolder(out, data);
      let task: ProgressTask | undefined;
      const report = await backUp(data, out, {
        check: copyFault,
        signal: lifecycle.signal,
        onTurn: async (turn, bytes) => {
          task?.finish('again what changed meanwhile');
          await requireRoom(out, bytes, 'the backup');
          task = progress.task({ name: turn === 1 ? 'back up' : `back up, pass ${turn}`, unit: 'bytes', total: bytes });
        },
        onBytes: (bytes) => task?.advance(bytes),
      });
      task?.finish();
      const { files, ...told } = report;
      output.result({ folder: out, ...told, files: files.length }, () => describe(report, out));
      return done;
    },
  });
