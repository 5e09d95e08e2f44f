/**
 * A file as a source, named by its content or by whoever replays it. Invariant: what counts as a line never changes later. A file with a name of its own
 * grows, so its last line counts once it has an end, unless the file is said to be final; any other file is what it is.
 */
import { dirname, join, resolve } from 'node:path';

import { statIfThere, UsageError } from '@rushes/runtime';

import { type FilmLinks, NO_LINKS, readFilmLinks } from './formats/film-links.ts';
import type { LineFormat } from './formats/line-format.ts';
import { recognizeFormat } from './formats/recognize-format.ts';
import { recordJoiner } from './join-records.ts';
import type { TextLine } from './line-splitter.ts';
import { type LookedAt, lookAt } from './look-at-file.ts';
import { readLines, type TextFile } from './read-lines.ts';
import { itemId, type Source, SOURCE_NAME, type SourceItem } from './source.ts';

export interface FileSourceOptions {
  /** For a file that grows: what ids derive from in place of its content. */
  readonly name?: string;
  /** A file with a name grows no more: its last line counts also without an end. */
  readonly isFinal?: boolean;
  /** One of the formats' names; else it is recognized. */
  readonly format?: string;
  /** When observed ratings were so; else the time of the file's last change. */
  readonly atMs?: number;
  /** A file with IMDb's ids of films by those of others; else `links.csv` beside the file, if it is there. */
  readonly links?: string;
  /** Now, by which a time lies in the future. */
  readonly nowMs?: number;
}

export interface FileSource extends Source {
  readonly format: string;
  /** The time of its lines, where they have none of their own. */
  readonly datedMs: number | undefined;
  /** Under which name an earlier version of this code may have replayed it. */
  readonly formerName: string | undefined;
  /** What is known once it was read to its end: its lines, and the number of the one that was left because it has no end yet. */
  end(): { readonly lines: number; readonly leftLine: number | undefined } | undefined;
}

const firstLineOf = async (file: TextFile): Promise<TextLine | undefined> => {
  for await (const [first] of readLines(file)) if (first !== undefined) return first;
  return undefined;
};

/** Nothing can have been observed in the future: every line would be refused, one by one. */
const datedMsOf = (format: LineFormat, file: LookedAt, atMs: number | undefined, nowMs: number): number => {
  const hint = 'Say with --at when these ratings were so (2026-01-31, or 2026-01-31T12:00:00Z).';
  if (atMs !== undefined && atMs > nowMs) throw new UsageError(`--at ${new Date(atMs).toISOString()} lies in the future`, { hint });
  if (atMs === undefined && format.isDatedByFile && file.modifiedMs > nowMs)
    throw new UsageError(`${file.path} was last changed in the future: ${new Date(file.modifiedMs).toISOString()}`, { hint });
  return atMs ?? file.modifiedMs;
};

const linksOf = async (format: LineFormat, path: string, asked: string | undefined): Promise<FilmLinks> => {
  if (format.links === undefined) {
    if (asked === undefined) return NO_LINKS;
    throw new UsageError(`--links says nothing to the format ${format.name}: it names titles by IMDb's ids`, { hint: 'Leave it out.' });
  }
  if (asked !== undefined) return readFilmLinks(resolve(asked));
  const beside = join(dirname(path), 'links.csv');
  if ((await statIfThere(beside)) !== undefined) return readFilmLinks(beside);
  if (format.links === 'useful') return NO_LINKS;
  throw new UsageError(`${path} names films by ids of its own, and there is no links.csv beside it`, {
    hint: 'Name with --links the file that has the columns movieId, imdbId and tmdbId.',
  });
};

/** Rows of a format in which a row can be several lines, else the lines. @param isWhole nothing follows behind the end of the file. */
const rowsOf = async function* (
  lines: AsyncIterable<readonly TextLine[]>,
  { separated }: LineFormat,
  header: string,
  isWhole: boolean,
): AsyncGenerator<readonly TextLine[]> {
  if (separated?.hasQuotes !== true) {
    yield* lines;
    return;
  }
  const width = separated.fields(header)?.length;
  const joiner = recordJoiner((text) => separated.fields(text)?.length === width);
  for await (const some of lines) yield some.flatMap((line) => joiner.push(line));
  yield joiner.finish(isWhole);
};

/** @throws UsageError if there is no such file, it is in no known format, or its time lies in the future. */
export const openFileSource = async (givenPath: string, options: FileSourceOptions = {}): Promise<FileSource> => {
  const file = await lookAt(resolve(givenPath), options.name !== undefined);
  const { path, size } = file;
  const name = options.name ?? file.contentName ?? '';
  if (!SOURCE_NAME.test(name))
    throw new UsageError(`${JSON.stringify(name)} cannot be a source's name`, {
      hint: 'Use letters, digits, dots, hyphens and underscores.',
    });
  const header = (await firstLineOf(file))?.text ?? '';
  const format = recognizeFormat(path, header, options.format);
  const datedMs = datedMsOf(format, file, options.atMs, options.nowMs ?? Date.now());
  const parse = format.parser(header, datedMs, await linksOf(format, path, options.links));
  const leavesRest = options.name !== undefined && options.isFinal !== true;
  let read = 0;
  let end: ReturnType<FileSource['end']>;

  const itemOf = ({ line, text, fault }: TextLine): SourceItem => {
    if (fault !== undefined) return { line, text, fault };
    const parsed = parse(text);
    if ('fault' in parsed) return { line, text, fault: parsed.fault };
    const { event, further = [], ownId, atMs } = parsed;
    const id = itemId(name, line, ownId);
    const besides = further.map((one, n) => ({ event: one, id: `${id}+${n + 1}` }));
    return { line, text, event, id, hasOwnId: ownId !== undefined, atMs, ...(besides.length === 0 ? {} : { further: besides }) };
  };
  const items = async function* (after: number): AsyncGenerator<SourceItem> {
    const from = Math.max(after, format.hasHeader ? 1 : 0);
    let lines = 0;
    let leftLine: number | undefined;
    for await (const some of rowsOf(
      readLines(file, (bytes) => (read = bytes)),
      format,
      header,
      !leavesRest,
    ))
      for (const one of some) {
        lines = one.line;
        if (one.isUnended === true && leavesRest && one.line > from) leftLine = one.line;
        else if (one.line > from && (one.text.trim() !== '' || one.fault !== undefined)) yield itemOf(one);
      }
    end = { lines, leftLine };
  };
  return {
    name,
    location: path,
    format: format.name,
    datedMs: format.isDatedByFile ? datedMs : undefined,
    formerName: file.formerName,
    hasOwnIds: format.hasOwnIds,
    items,
    progress: () => ({ read, total: size }),
    end: () => end,
  };
};
