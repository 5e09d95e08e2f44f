import { backUp, type BackUpReport, backUpToStore, type SendReport } from '@rushes/adapters/embedded';
import { copyFault } from '@rushes/batch';
import { formatAmount, type ProgressTask, UsageError } from '@rushes/runtime';
import { checkDataFolder, openBackupPlace, requireWholeDataFolder, scratchFolderIn } from '@rushes/stores';
import { Option, type Command } from 'commander';

import { checkNewFolder, requireRoom } from '../backup-folders.ts';
import { addCommand, done, type Invocation } from '../cli.ts';

interface BackupFlags {
  readonly out?: string;
  readonly to?: string;
}

const describe = ({ takenAt, version, files, bytes }: BackUpReport, place: string): string =>
  [
    `The backup is in ${place}: ${formatAmount(files.length, 'files')}, ${formatAmount(bytes, 'bytes')}, ${version === null ? 'nothing published' : `version ${version}`}, and everything acknowledged before ${takenAt}.`,
    `Back from it: rushes restore --from ${place} --data FOLDER`,
  ].join('\n');

/** What passes over the data folder have in common. @param place where files are put meanwhile. */
const passes = ({ lifecycle, progress }: Invocation, place: string) => {
  let task: ProgressTask | undefined;
  const begin = (name: string, total: number): void => {
    task = progress.task({ name, unit: 'bytes', total });
  };
  return {
    options: {
      check: copyFault,
      signal: lifecycle.signal,
      onTurn: async (turn: number, bytes: number, room: number) => {
        task?.finish('again what changed meanwhile');
        await requireRoom(place, room, 'the backup');
        begin(turn === 1 ? 'back up' : `back up, pass ${turn}`, bytes);
      },
      onBytes: (bytes: number) => task?.advance(bytes),
    },
    next: (name: string, total: number) => {
      task?.finish();
      begin(name, total);
    },
    finish: () => task?.finish(),
  };
};

const copyToFolder = async (invocation: Invocation, out: string): Promise<void> => {
  const { data } = invocation.config.folders;
  await checkNewFolder(out, data);
  const { options, finish } = passes(invocation, out);
  const report = await backUp(data, out, options);
  finish();
  const { files, ...told } = report;
  invocation.output.result({ folder: out, ...told, files: files.length }, () => describe(report, out));
};

const describeSent = (report: SendReport, place: string): string =>
  `${describe(report, place)}\nSent: ${formatAmount(report.sent.files, 'files')}, ${formatAmount(report.sent.bytes, 'bytes')}; the rest was there.`;

const sendToStore = async (invocation: Invocation, url: string): Promise<void> => {
  const { config, output } = invocation;
  const { data } = config.folders;
  const store = await openBackupPlace(url, '--to', config);
  const { options, next, finish } = passes(invocation, data);
  const report = await backUpToStore(data, store, scratchFolderIn(data), { ...options, onSend: (bytes) => next('send', bytes) });
  finish();
  const { files, ...told } = report;
  output.result({ place: url, ...told, files: files.length }, () => describeSent(report, url));
};

export const addBackup = (program: Command): Command =>
  addCommand<BackupFlags>(program, 'backup', {
    summary: 'copy the data folder while everything runs',
    description:
      'Copies the data folder, while everything may run on it: the lake, the batch views, the log, API keys, and how far replays are. The backup holds everything that was acknowledged before the time that the command says, and a checksum of each file. With --out it is a new folder, which has its name only when it is whole. With --to it goes to an S3 bucket (settings s3.*), where any number of backups have what they share once; one that was broken off is never restored from, and the next one does not send again what it had sent. Not in it: scratch files, the sample, and what the speed layer makes from the log.',
    settings: ['folders.data'],
    options: [
      new Option('--out <FOLDER>', 'where to; must not exist yet'),
      new Option('--to <URL>', 'where to: s3://bucket/prefix, for the backups of this system alone'),
    ],
    examples: [
      ['backup --data data --out backups/today', 'beside a running `rushes up`'],
      ['backup --data data --to s3://films/backups', 'what is there from the backups before is not sent again'],
    ],
    narrates: true,
    run: async (invocation, { out, to }) => {
      if ((out === undefined) === (to === undefined))
        throw new UsageError('it is not said where to', { hint: 'Give --out FOLDER or --to s3://bucket/prefix, one of the two.' });
      requireWholeDataFolder(invocation);
      await checkDataFolder(invocation.config.folders.data);
      if (out !== undefined) await copyToFolder(invocation, out);
      if (to !== undefined) await sendToStore(invocation, to);
      return done;
    },
  });
