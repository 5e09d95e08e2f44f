/**
 * One pass over a data folder that is in use. The order makes the copies fit together: publications before what they name, records of the lake before
 * the files that they name, and the log last, so it has everything that the lake's archive does not. What is removed while the pass is under way may be
 * missing all the same: whoever takes the pass looks, and the next one copies what is new.
 */
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { hasCode, isThere } from '../../crash-safety/entries.ts';
import { sync } from '../../crash-safety/sync.ts';
import { listObjects } from '../../folder-object-store/list-objects.ts';
import { copySqliteFile, type CopyOptions } from '../../sqlite-copy/copy-sqlite-file.ts';
import { type Content, OWNERS_FILE, OWNERS_FOLDER } from './copy-file.ts';

const LAKE = 'lake';
const VIEWS = 'views';
const REPLAYS = 'replays';
const LOG = 'log.sqlite';
const PUBLICATIONS = `${VIEWS}/publications.sqlite`;
const KEYS = 'keys.sqlite';
const DATABASES = [PUBLICATIONS, KEYS, LOG];

interface Found {
  /** Below the data folder. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

type Copied = Content & { readonly modifiedMs: number; readonly sourceBytes: number };

export interface Turn {
  /** When the copy of the log began: what was acknowledged before is in it. */
  readonly takenAt: Date;
  /** Whether any file but the databases differs from the pass before. */
  readonly isChanged: boolean;
}

/** Puts one file, and the folders above it, where a pass keeps it; says what is in it. */
export type KeepFile = (source: string, target: string, options: CopyOptions) => Promise<Content>;

/** What a pass would take now, in bytes. */
export interface TurnSize {
  readonly files: number;
  /** Log, keys and publications: always copied. */
  readonly databases: number;
}

export interface TurnContext extends CopyOptions {
  readonly dataFolder: string;
  readonly target: string;
  readonly keepFile: KeepFile;
  readonly now: () => Date;
}

async function* listLake(dataFolder: string): AsyncGenerator<Found> {
  for await (const { key, bytes, modifiedAt } of listObjects(join(dataFolder, LAKE), ''))
    yield { path: `${LAKE}/${key}`, bytes, modifiedMs: modifiedAt.getTime() };
}

/** Files of one folder by the end of their names; what is being written has another one. */
async function* listFolder(dataFolder: string, folder: string, suffix: string): AsyncGenerator<Found> {
  const names = await readdir(join(dataFolder, folder)).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  });
  for (const name of names.filter((one) => one.endsWith(suffix) && !one.startsWith('.'))) {
    const path = `${folder}/${name}`;
    const info = await stat(join(dataFolder, path)).catch(() => undefined);
    if (info?.isFile() === true && path !== PUBLICATIONS) yield { path, bytes: info.size, modifiedMs: info.mtimeMs };
  }
}

const isRecord = ({ path }: Found): boolean => path.endsWith('.json');

async function* only(files: AsyncIterable<Found>, wanted: (file: Found) => boolean): AsyncGenerator<Found> {
  for await (const file of files) if (wanted(file)) yield file;
}

/** The passes over one data folder into one target, and what they have copied together. */
export const copyTurns = (context: TurnContext) => {
  const { dataFolder, target, keepFile, now } = context;
  const copied = new Map<string, Copied>();
  const isCopied = ({ path, bytes, modifiedMs }: Found): boolean => {
    const before = copied.get(path);
    return before?.sourceBytes === bytes && before.modifiedMs === modifiedMs;
  };
  const everything = async function* (): AsyncGenerator<Found> {
    yield* listLake(dataFolder);
    yield* listFolder(dataFolder, VIEWS, '.sqlite');
    yield* listFolder(dataFolder, VIEWS, '.seal');
    yield* listFolder(dataFolder, REPLAYS, '.json');
  };

  const copyDatabase = async (path: string): Promise<void> => {
    const [source, copy] = [join(dataFolder, path), join(target, path)];
    await rm(copy, { force: true });
    if (!(await isThere(source))) return;
    await mkdir(dirname(copy), { recursive: true, mode: OWNERS_FOLDER });
    await writeFile(copy, '', { mode: OWNERS_FILE });
    await copySqliteFile(source, copy, context);
  };

  return {
    async size(): Promise<TurnSize> {
      let [files, databases] = [0, 0];
      for await (const file of everything()) if (!isCopied(file)) files += file.bytes;
      for (const path of DATABASES) databases += (await stat(join(dataFolder, path)).catch(() => undefined))?.size ?? 0;
      return { files, databases };
    },

    async take(): Promise<Turn> {
      const seen = new Set<string>();
      let isChanged = false;
      const copyAll = async (files: AsyncIterable<Found>): Promise<void> => {
        for await (const file of files) {
          seen.add(file.path);
          if (isCopied(file)) continue;
          isChanged = true;
          try {
            const content = await keepFile(join(dataFolder, file.path), join(target, file.path), context);
            copied.set(file.path, { ...content, modifiedMs: file.modifiedMs, sourceBytes: file.bytes });
          } catch (error) {
            if (!hasCode(error, 'ENOENT')) throw error;
            seen.delete(file.path); // removed since it was listed
          }
        }
      };
      await copyDatabase(PUBLICATIONS);
      await copyDatabase(KEYS);
      await copyAll(listFolder(dataFolder, REPLAYS, '.json'));
      await copyAll(only(listLake(dataFolder), isRecord));
      await copyAll(only(listLake(dataFolder), (file) => !isRecord(file)));
      await copyAll(listFolder(dataFolder, VIEWS, '.sqlite'));
      await copyAll(listFolder(dataFolder, VIEWS, '.seal'));
      const takenAt = now();
      await copyDatabase(LOG);
      for (const path of copied.keys())
        if (!seen.has(path)) {
          isChanged = true;
          copied.delete(path);
          await rm(join(target, path), { force: true });
        }
      return { takenAt, isChanged };
    },

    /** The copied files of the lake, the views and the replays, with their hashes, and which SQLite files are there besides. */
    files: (): ReadonlyMap<string, Content> => copied,
    databases: async (): Promise<readonly string[]> => {
      const there = await Promise.all(DATABASES.map(async (path) => ((await isThere(join(target, path))) ? [path] : [])));
      return there.flat();
    },
    /** Folders' names are on the disk on return. */
    async syncFolders(): Promise<void> {
      const folders = new Set([target]);
      for (const path of [...copied.keys(), ...DATABASES])
        for (let folder = dirname(join(target, path)); folder.length > target.length; folder = dirname(folder)) folders.add(folder);
      for (const folder of folders) if (await isThere(folder)) await sync(folder);
    },
  };
};
