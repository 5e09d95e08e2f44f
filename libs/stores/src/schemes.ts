/**
 * Which technology serves which store, by the scheme of its URL: a new adapter is one more entry. Invariant: a URL is understood before anything is
 * opened.
 */
import { fileURLToPath } from 'node:url';

import { openFolderObjectStore } from '@rushes/adapters/folder-object-store';
import { openSqliteApiKeys } from '@rushes/adapters/sqlite-api-keys';
import { openSqliteBatchViews } from '@rushes/adapters/sqlite-batch-views';
import { openSqliteEventLog } from '@rushes/adapters/sqlite-event-log';
import { openSqliteSpeedStore } from '@rushes/adapters/sqlite-speed-store';
import type { ApiKeyStore, BatchViewStore, EventLog, ObjectStore, Owners, SpeedStore } from '@rushes/ports';
import { statIfThere, UsageError } from '@rushes/runtime';

import { locationsIn, type StoreKind, type StoreLocations } from './locations.ts';

interface StoreOf {
  readonly objects: ObjectStore;
  readonly views: BatchViewStore;
  readonly log: EventLog;
  /** With the owners, whose fences it checks. */
  readonly speed: SpeedStore & { readonly owners: Owners };
  readonly keys: ApiKeyStore;
}

interface Opening {
  /** Nothing is made, changed or locked. */
  readonly readOnly?: boolean;
  /** The clock of what is stamped and of what expires, in milliseconds since 1970. */
  readonly now?: () => number;
}

/** A store that was found by its URL, not opened yet. */
export interface FoundStore<Store> {
  /** The folder or file of a store that is one; `undefined`: it is reached over a network. */
  readonly localPath: string | undefined;
  /** Whether there is something to open. A store that makes itself is there always. */
  readonly isThere: () => Promise<boolean>;
  /** Opens the store, and makes it where it is not there and not only read. */
  readonly open: (how?: Opening) => Promise<Store>;
}

type Scheme<Store> = (url: URL) => FoundStore<Store>;

/** A store in a local folder or file. `suffix`: what the name of its file ends with. */
const local =
  <Store>(open: (path: string, how: Opening) => Promise<Store>, suffix = ''): Scheme<Store> =>
  (url) => {
    const path = fileURLToPath(`file:${url.href.slice(url.protocol.length)}`);
    if (!path.endsWith(suffix)) throw new Error(`its file's name ends with ${suffix}`);
    return {
      localPath: path,
      isThere: async () => (await statIfThere(path)) !== undefined,
      open: (how = {}) => open(path, how),
    };
  };

const FILE = '.sqlite';

const SCHEMES: { readonly [Kind in StoreKind]: Readonly<Record<string, Scheme<StoreOf[Kind]>>> } = {
  objects: { 'file:': local(openFolderObjectStore) },
  views: { 'sqlite:': local(openSqliteBatchViews) },
  log: { 'sqlite:': local(openSqliteEventLog, FILE) },
  speed: { 'sqlite:': local(openSqliteSpeedStore, FILE) },
  keys: { 'sqlite:': local(openSqliteApiKeys, FILE) },
};

export type FoundStores = { readonly [Kind in StoreKind]: FoundStore<StoreOf[Kind]> };

const found = <Store>(schemes: Readonly<Record<string, Scheme<Store>>>, url: string): FoundStore<Store> => {
  const given = url.slice(0, url.indexOf(':') + 1);
  const scheme = schemes[given.toLowerCase()];
  // The rest of a URL may hold a password.
  if (scheme === undefined) throw new Error(`no such store has the scheme ${given} (known: ${Object.keys(schemes).join(', ')})`);
  return scheme(new URL(url));
};

/**
 * Finds the stores by their URLs. Nothing is opened.
 * @throws UsageError that names each URL which no adapter understands, and the schemes that are known.
 */
export const findStores = ({ urls }: StoreLocations): FoundStores => {
  const faults: string[] = [];
  const find = <Store>(kind: StoreKind, schemes: Readonly<Record<string, Scheme<Store>>>): FoundStore<Store> | undefined => {
    try {
      return found(schemes, urls[kind]);
    } catch (error) {
      faults.push(`stores.${kind}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  const objects = find('objects', SCHEMES.objects);
  const views = find('views', SCHEMES.views);
  const log = find('log', SCHEMES.log);
  const speed = find('speed', SCHEMES.speed);
  const keys = find('keys', SCHEMES.keys);
  if (!objects || !views || !log || !speed || !keys)
    throw new UsageError(faults.join('\n'), {
      hint: 'Give another URL, or none for the place in the data folder (docs/configuration.md).',
    });
  return { objects, views, log, speed, keys };
};

/** The folders and files of this host that hold stores. */
export const localPathsOf = (at: StoreLocations): readonly string[] =>
  Object.values(findStores(at)).flatMap(({ localPath }) => localPath ?? []);

/** Kinds of stores that are not where they would be in the data folder. */
export const storesElsewhere = (at: StoreLocations): readonly StoreKind[] => {
  const [configured, own] = [findStores(at), findStores(locationsIn(at.dataFolder))];
  const kinds: readonly StoreKind[] = ['objects', 'views', 'log', 'speed', 'keys'];
  return kinds.filter((kind) => configured[kind].localPath !== own[kind].localPath);
};
