import { basename } from 'node:path';

import { type RestartReport, restartLog } from '@rushes/batch';
import { offsetAt, type OffsetVector, PARTITIONS } from '@rushes/domain';
import { type Cursor, openCursors } from '@rushes/speed';
import { openLake, openLostLog } from '@rushes/stores';
import { Option, type Command } from 'commander';

import { addCommand, done, storeSettings } from '../cli.ts';
import { cursorFolder } from '../folders.ts';

const RETENTION_MS = 7 * 24 * 3_600_000;

/** A replay that goes on behind its cursor would leave out what is lost before it. */
interface CutReplay {
  readonly location: string;
  readonly line: number;
}

const cutReplays = (cursors: readonly Cursor[], { lost }: RestartReport): readonly CutReplay[] =>
  cursors
    .filter(({ after }) => lost.some(({ partition, from }) => offsetAt(after, partition) > from))
    .map(({ location, line }) => ({ location, line }));

const furthest = (cursors: readonly Cursor[]): OffsetVector =>
  Object.fromEntries(PARTITIONS.map((partition) => [partition, Math.max(0, ...cursors.map(({ after }) => offsetAt(after, partition)))]));

const count = (value: number, of: string): string => `${value.toLocaleString('en-US')} ${of}${value === 1 ? '' : 's'}`;

const describe = ({ id, before, barrier, restored, safe_until, lost, kept }: RestartReport, replays: readonly CutReplay[]): string => {
  const events = restored.archived + restored.left;
  const lines = [
    `The log begins anew as ${id}${before === null ? '' : `, in the place of ${before}`}: with ${count(events, 'event')} of the lost one, behind barrier ${barrier}.`,
    safe_until === null
      ? 'Nothing of the lost log is archived: every event that was acknowledged and is in no version is lost, dead letters too.'
      : `Events acknowledged before ${safe_until} are archived. Later ones${restored.left > 0 ? `, but for ${count(restored.left, 'event')} that could still be read,` : ''} are lost, dead letters too.`,
  ];
  for (const { partition, from, to } of lost)
    lines.push(`  ${partition}: offsets ${from} to ${to - 1} were given, their events are gone; each version says so from the next run on`);
  for (const { location, line } of replays)
    lines.push(`  ${location} was replayed up to line ${line}, and what is lost may be among it: \`rushes replay ${location} --again\``);
  for (const path of kept) lines.push(`Kept as ${path.includes('://') ? path : basename(path)}; delete it when you do not need it.`);
  return lines.join('\n');
};

export const addLogRestart = (log: Command): Command =>
  addCommand<{ readonly left?: string }>(log, 'restart', {
    summary: 'begin a log in the place of a lost one',
    description:
      'Begins a log in the place of one that was lost: with the archived events of seven days and all after the published version, in the same offsets, under a new id. What was acknowledged and is not archived is lost, unless the old log can still be read. In a data folder the old file and the speed store stay, under other names. On Kafka the new log needs topics that are not there: delete what is left of the lost ones, or name another prefix with --log-url; a speed store on Cassandra needs a new keyspace. For a log that can be restored from a backup this is the wrong command. Stop everything on this data before.',
    settings: [...storeSettings(), 'batch.memoryLimitMb', 'batch.threads'],
    options: [new Option('--left <URL>', 'where the lost log was, if it can still be read in part and the new one lies elsewhere')],
    examples: [
      ['log restart --data data', 'when `data/log.sqlite` is lost'],
      ['log restart --config servers.json --log-url kafka://broker:9092/new. --left kafka://broker:9092/old.', 'when topics are damaged'],
    ],
    narrates: true,
    run: async (invocation, { left: leftUrl }) => {
      const { config, logger, progress, lifecycle, output } = invocation;
      const folder = config.folders.data;
      const lake = await openLake(invocation);
      const cursors = await (await openCursors(cursorFolder(folder))).list();
      const lost = await openLostLog(invocation, leftUrl);
      const now = new Date();
      try {
        const report = await restartLog(
          { ...lake, left: lost.left },
          {
            workFolder: lake.scratchFolder,
            memoryLimitMb: config.batch.memoryLimitMb,
            threads: config.batch.threads,
            retentionMs: RETENTION_MS,
            acknowledged: furthest(cursors),
            make: (beginning) => lost.begin(beginning, now, { signal: lifecycle.signal }),
          },
          { logger, progress, signal: lifecycle.signal, now: () => now },
        );
        const replays = cutReplays(cursors, report);
        output.result({ ...report, replays }, () => describe(report, replays));
        return done;
      } finally {
        await lost.close();
      }
    },
  });
