import { basename } from 'node:path';

import { type ExitCode, exitCodeOfSignal, TerminalError, UsageError } from '@rushes/runtime';
import {
  BrokenSourceError,
  type CursorFolder,
  FORMAT_NAMES,
  openCursors,
  openFileSource,
  replay,
  type FileSource,
  type ReplayReport,
  systemClock,
} from '@rushes/speed';
import { openStores } from '@rushes/stores';
import { Argument, InvalidArgumentError, Option, type Command } from 'commander';

import { addCommand, done, type Invocation, storeSettings } from '../cli.ts';
import { cursorFolder } from '../folders.ts';
import { instant } from '../instant.ts';
import { openKnownTitles } from '../known-titles.ts';
import { showReplay } from '../replay-display.ts';
import { describeReplay, goingOnCommand } from '../replay-report.ts';
import { wholeNumber } from '../whole-number.ts';

interface ReplayFlags {
  readonly file: string;
  readonly format?: string;
  readonly source?: string;
  readonly final?: true;
  readonly at?: number;
  readonly links?: string;
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

const chunkSize = (text: string): number => {
  const size = wholeNumber(1)(text);
  if (size > MAX_CHUNK) throw new InvalidArgumentError(`give a whole number up to ${MAX_CHUNK}.`);
  return size;
};

const beginOf = ({ fromLine, again }: ReplayFlags): 'behind the cursor' | { readonly line: number } => {
  if (fromLine !== undefined) return { line: fromLine - 1 };
  return again === true ? { line: 0 } : 'behind the cursor';
};

const openSource = ({ file, format, source, final, at, links }: ReplayFlags): Promise<FileSource> =>
  openFileSource(file, {
    ...(format === undefined ? {} : { format }),
    ...(source === undefined ? {} : { name: source }),
    ...(final === undefined ? {} : { isFinal: final }),
    ...(at === undefined ? {} : { atMs: at }),
    ...(links === undefined ? {} : { links }),
  });

/** Files above a size were once named by their first part: under such a name this very file may be in the log, or another one. */
const refuseFormerName = async (cursors: CursorFolder, source: FileSource, { file }: ReplayFlags): Promise<void> => {
  const former = source.formerName;
  if (former === undefined || (await cursors.read(source.name)) !== undefined) return;
  const cursor = await cursors.read(former);
  if (cursor === undefined) return;
  throw new UsageError(
    `${file}, or a file that begins alike and is as long, was replayed up to line ${cursor.line} by an earlier version`,
    {
      hint: `If it was this file, go on with --source ${former}; if it was another one, replay this one with --again.`,
    },
  );
};

/** A source that had more lines once is not the one that it was. */
const refuseShorter = ({ file, source }: ReplayFlags, { after_line, outcome }: ReplayReport, end: ReturnType<FileSource['end']>): void => {
  if (source === undefined || outcome !== 'ended' || end === undefined || end.lines >= after_line) return;
  throw new TerminalError(`${file} has ${end.lines} lines, but ${after_line} of the source ${source} are in the log already`, {
    hint: 'It is another file than before: give it another name with --source, or replay it from its beginning with --again.',
  });
};

const run = async (invocation: Invocation, flags: ReplayFlags): Promise<ExitCode> => {
  const { config, lifecycle, output } = invocation;
  const source = await openSource(flags);
  const { log, views, duplicateFilters } = await openStores(invocation);
  const cursors = await openCursors(cursorFolder(config.folders.data));
  if (flags.again === undefined && flags.fromLine === undefined) await refuseFormerName(cursors, source, flags);
  const titles = await openKnownTitles(views);
  const display = showReplay(invocation, source, {
    name: `replay ${basename(flags.file)}`,
    limit: flags.limit,
    topMoviesUrl: flags.watch === undefined ? undefined : flags.url,
  });
  const startedMs = performance.now();
  const options = { chunk: flags.chunk, timesFaster: flags.speed, begin: beginOf(flags) };
  const context = {
    log,
    cursors,
    duplicateFilters,
    clock: systemClock,
    signal: lifecycle.signal,
    onChunk: display.onChunk,
    ...(titles === undefined ? {} : { knownOf: (ids: readonly string[]) => titles.knownOf(ids) }),
  };
  /** @param final whether a last line without an end counts. */
  const commandGoingOn = (final: boolean): string =>
    goingOnCommand({
      file: flags.file,
      dataFolder: config.folders.data,
      source: source.name,
      final,
      format: flags.format,
      atMs: source.datedMs,
      links: flags.links,
    });
  let report: ReplayReport;
  let tookMs: number;
  try {
    report = await replay(source, flags.limit === undefined ? options : { ...options, limit: flags.limit }, context);
    tookMs = performance.now() - startedMs;
  } catch (error) {
    await display.end('failed');
    if (!(error instanceof BrokenSourceError)) throw error;
    const isFinal = flags.source === undefined || flags.final === true;
    throw new BrokenSourceError(error.message, {
      hint: `${error.hint ?? ''} The rest follows, and nothing counts twice, with\n  ${commandGoingOn(isFinal)}`,
      cause: error.cause,
    });
  } finally {
    await titles?.close();
  }
  await display.end('finished');
  const end = source.end();
  refuseShorter(flags, report, end);
  const perSecond = Math.round(report.events / (tookMs / 1000));
  output.result(
    {
      ...report,
      left_line: end?.leftLine ?? null,
      catalog_version: titles?.version ?? null,
      format: source.format,
      took_ms: Math.round(tookMs),
      events_per_second: perSecond,
    },
    () => describeReplay({ report, tookMs, file: flags.file, end, version: titles?.version, finalCommand: commandGoingOn(true) }),
  );
  const signal = lifecycle.stoppedBy();
  return report.outcome === 'interrupted' && signal !== undefined ? exitCodeOfSignal(signal) : done;
};

export const addReplay = (program: Command): Command =>
  addCommand<ReplayFlags>(program, 'replay', {
    summary: 'append the events of a file to the log',
    description:
      "Appends the events of a file to the log, from where they reach every view. It can be ended at any time, and goes on from there; the same file twice counts once. Lines that cannot be used go to the dead letters.\nFormats: events as JSON lines, MovieTweetings' ratings, IMDb's title.ratings, MovieLens' ratings.csv, TMDB's films and their reviews as CSV; plain or gzip.",
    settings: storeSettings(),
    arguments: [new Argument('<file>', 'file with the events')],
    options: [
      new Option('--format <NAME>', 'in place of what the file looks like').choices(FORMAT_NAMES),
      new Option('--speed <SPEED>', 'real, max, or how many times faster than it happened').argParser(timesFaster).default(Infinity, 'max'),
      new Option('--limit <N>', 'lines to read at most').argParser(wholeNumber(1)),
      new Option('--from-line <N>', 'begin at this line, whatever was replayed before').argParser(wholeNumber(1)).conflicts('again'),
      new Option('--again', 'begin anew; what was appended less than 48 hours ago is not counted twice'),
      new Option('--source <NAME>', 'for a file that only grows: the name that ids derive from, in place of its content'),
      new Option('--final', 'with --source: the file grows no more, its last line counts also without an end'),
      new Option(
        '--at <TIME>',
        "when what has no time of its own was so (IMDb's ratings, TMDB's films and reviews), in place of the time of the file's last change",
      ).argParser(instant),
      new Option('--links <FILE>', "IMDb's ids of films by those of MovieLens and TMDB, in place of the links.csv beside the file"),
      new Option('--chunk <N>', 'events that are appended together').argParser(chunkSize).default(100),
      new Option('--watch <LIST>', 'show meanwhile what becomes of it').choices(['top-movies']),
      new Option('--url <URL>', 'of the service that is watched').default('http://127.0.0.1:8080'),
    ],
    examples: [
      ['replay ratings.tsv.gz', 'as fast as can be'],
      ['replay ratings.tsv.gz --speed 3600 --watch top-movies', 'an hour in a second, with the top movies as they change'],
      ['replay ml-latest/ratings.csv', "MovieLens' ratings, with the links.csv beside it"],
      ['replay title.ratings.tsv.gz --at 2026-01-31', "IMDb's ratings as they were on that day"],
    ],
    narrates: true,
    run,
  });
