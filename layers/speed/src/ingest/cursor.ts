/**
 * How far a source is in the log: a small file for each, that one can read. Invariant: what a cursor says is in the log; the file is replaced as a whole,
 * and only after the append was acknowledged.
 */
import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

import { isPartitionId, type OffsetVector } from '@rushes/domain';
import { statIfThere, TerminalError } from '@rushes/runtime';

export interface Cursor {
  readonly source: string;
  /** Where the source was last, for people. */
  readonly location: string;
  /** Everything up to this number is in the log. */
  readonly line: number;
  /** Since the beginning: events that are in the log, and what went to the dead letters. */
  readonly events: number;
  readonly rejected: number;
  /** No event of the source with a higher number lies before these offsets, since the replay began. */
  readonly after: OffsetVector;
  /** The source was read to its end. */
  readonly ended: boolean;
  /** ISO 8601. */
  readonly updated_at: string;
}

export interface CursorStore {
  read(source: string): Promise<Cursor | undefined>;
  /** On the disk on return. */
  write(cursor: Cursor): Promise<void>;
}

/** Cursors of one folder. */
export interface CursorFolder extends CursorStore {
  /** All that can be read. */
  list(): Promise<readonly Cursor[]>;
}

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const FORMAT = 1;
const SUFFIX = '.json';

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isCursor = (value: unknown, source: string): boolean =>
  isRecord(value) &&
  value['format'] === FORMAT &&
  value['source'] === source &&
  [value['line'], value['events'], value['rejected']].every(isCount) &&
  isRecord(value['after']) &&
  Object.entries(value['after']).every(([partition, offset]) => isPartitionId(partition) && isCount(offset));

/** @param folder made if it is not there. */
export const openCursors = async (folder: string): Promise<CursorFolder> => {
  await mkdir(folder, { recursive: true });
  const pathOf = (source: string): string => join(folder, `${source}${SUFFIX}`);
  const store: CursorFolder = {
    async list() {
      const sources = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length));
      const cursors = await Promise.all(sources.map((source) => store.read(source).catch(() => undefined)));
      return cursors.filter((cursor) => cursor !== undefined);
    },
    async read(source) {
      const path = pathOf(source);
      if ((await statIfThere(path)) === undefined) return undefined;
      const text = await readFile(path, 'utf8');
      const value = parse(text);
      if (!isCursor(value, source))
        throw new TerminalError(`${path} does not say how far the replay is`, {
          hint: 'Begin anew with --again (what lies in the log for less than 48 hours is not counted twice), or with --from-line N.',
        });
      return value as Cursor; // as: just checked; the rest is for people
    },
    async write(cursor) {
      const path = pathOf(cursor.source);
      const handle = await open(`${path}.writing`, 'w');
      try {
        await handle.writeFile(`${JSON.stringify({ format: FORMAT, ...cursor }, undefined, 2)}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(`${path}.writing`, path);
      await syncFolder(folder);
    },
  };
  return store;
};
