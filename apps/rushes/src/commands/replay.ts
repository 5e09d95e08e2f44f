import { basename } from 'node:path';

import { type ExitCode, exitCodeOfSignal, formatDuration } from '@rushes/runtime';
import { FORMAT_NAMES, openCursors, openFileSource, replay, type FileSource, type ReplayReport, systemClock } from '@rushes/speed';
import { Argument, InvalidArgumentError, Option, type Command } from 'commander';

import { addCommand, done, type Invocation } from '../cli.ts';
import { openStores } from '../embedded.ts';
import { cursorFolder } from '../folders.ts';
import { showReplay } from '../replay-display.ts';
import { wholeNumber } from '../whole-number.ts';

interface ReplayFlags {
  readonly file: string;
  readonly format?: string;
  readonly source?: string;
  readonly at?: number;
  readonly speed: number;
  readonly chunk: number;
  readonly limit?: number;
  readonly fromLine?: number;
  readonly again?: true;
  readonly watch?: 'top-movies';
  readonly url: string;
}

const MAX_CHUNK = 10_000;

const timesFaster = (text: string): number => {
  const value = text === 'real' ? 1 : text === 'max' ? Infinity : Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('give real, max or how many times faster than it happened (60).');
  return value;
};

const instant = (text: string): number => {
  const ms = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new InvalidArgumentError('give a time in UTC (2026-01-31 or 2026-01-31T12:00:00Z).');
  return ms;
};

const chunkSize = (text: string): number => {
  const size = wholeNumber(1)(text);
  if (size > MAX_CHUNK) throw new InvalidArgumentError(`give a whole number up to ${MAX_CHUNK}.`);
  return size;
};

const count = (amount: number, of: string): string => `${amount.toLocaleString('en-US')} ${of}${amount === 1 ? '' : 's'}`;

const describe = (report: ReplayReport, tookMs: number, file: string): string => {
  const { after_line, line, events, found, rejected, outcome } = report;
  if (outcome === 'ended' && line === after_line)
    return `Nothing new: ${file} is in the log up to its end (line ${line}). --again appends it once more; what was appended less than 48 hours ago counts once.`;
  const lines = [`Replayed ${file} up to line ${line}: ${count(events, 'event')} in ${formatDuration(tookMs)}.`];
  if (found > 0)
    lines.push(`${count(found, 'event')} of these lay in the log since a replay that was cut off, and were not appended again.`);
  if (rejected > 0) lines.push(`${count(rejected, 'line')} could not be used: \`rushes dead-letters list\` says why.`);
  if (outcome !== 'ended')
    lines.push(
      `${outcome === 'interrupted' ? 'Interrupted' : 'The limit was reached'}: the same command goes on behind line ${line}, --again begins anew.`,
    );
  return lines.join('\n');
};

const beginOf = ({ fromLine, again }: ReplayFlags): 'behind the cursor' | { readonly line: number } => {
  if (fromLine !== undefined) return { line: fromLine - 1 };
  return again === true ? { line: 0 } : 'behind the cursor';
};

const openSource = ({ file, format, source, at }: ReplayFlags): Promise<FileSource> =>
  openFileSource(file, {
    ...(format === undefined ? {} : { format }),
    ...(source === undefined ? {} : { name: source }),
    ...(at === undefined ? {} : { atMs: at }),
  });

const run = async (invocation: Invocation, flags: ReplayFlags): Promise<ExitCode> => {
  const { config, lifecycle, output } = invocation;
  const source = await openSource(flags);
  const { log } = await openStores(invocation);
  const cursors = await openCursors(cursorFolder(config.folders.data));
  const display = showReplay(invocation, source, {
    name: `replay ${basename(flags.file)}`,
    limit: flags.limit,
    topMoviesUrl: flags.watch === undefined ? undefined : flags.url,
  });
  const startedMs = performance.now();
  const options = { chunk: flags.chunk, timesFaster: flags.speed, begin: beginOf(flags) };
  const context = { log, cursors, clock: systemClock, signal: lifecycle.signal, onChunk: display.onChunk };
  let report: ReplayReport;
  let tookMs: number;
  try {
    report = await replay(source, flags.limit === undefined ? options : { ...options, limit: flags.limit }, context);
    tookMs = performance.now() - startedMs;
  } catch (error) {
    await display.end('failed');
    throw error;
  }
  await display.end('finished');
  const perSecond = Math.round(report.events / (tookMs / 1000));
  output.result({ ...report, format: source.format, took_ms: Math.round(tookMs), events_per_second: perSecond }, () =>
    describe(report, tookMs, flags.file),
  );
  const signal = lifecycle.stoppedBy();
  return report.outcome === 'interrupted' && signal !== undefined ? exitCodeOfSignal(signal) : done;
};

export const addReplay = (program: Command): Command =>
  addCommand<ReplayFlags>(program, 'replay', {
    summary: 'append the events of a file to the log',
    description:
      "Appends the events of a file to the log, from where they reach every view. It can be ended at any time, and goes on from there; the same file twice counts once. Lines that cannot be used go to the dead letters.\nFormats: events as JSON lines, MovieTweetings' ratings, IMDb's title.ratings; plain or gzip.",
    settings: ['folders.data'],
    arguments: [new Argument('<file>', 'file with the events')],
    options: [
      new Option('--format <NAME>', 'in place of what the file looks like').choices(FORMAT_NAMES),
      new Option('--speed <SPEED>', 'real, max, or how many times faster than it happened').argParser(timesFaster).default(Infinity, 'max'),
      new Option('--limit <N>', 'lines to read at most').argParser(wholeNumber(1)),
      new Option('--from-line <N>', 'begin at this line, whatever was replayed before').argParser(wholeNumber(1)).conflicts('again'),
      new Option('--again', 'begin anew; what was appended less than 48 hours ago is not counted twice'),
      new Option('--source <NAME>', 'for a file that only grows: the name that ids derive from, in place of its content'),
      new Option('--at <TIME>', "when IMDb's ratings were so, in place of the time of the file's last change").argParser(instant),
      new Option('--chunk <N>', 'events that are appended together').argParser(chunkSize).default(100),
      new Option('--watch <LIST>', 'show meanwhile what becomes of it').choices(['top-movies']),
      new Option('--url <URL>', 'of the service that is watched').default('http://127.0.0.1:8080'),
    ],
    examples: [
      ['replay ratings.tsv.gz', 'as fast as can be'],
      ['replay ratings.tsv.gz --speed 3600 --watch top-movies', 'an hour in a second, with the top movies as they change'],
      ['replay title.ratings.tsv.gz --at 2026-01-31', "IMDb's ratings as they were on that day"],
    ],
    narrates: true,
    run,
  });
