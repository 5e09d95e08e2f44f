/**
 * Which technology serves which store, by the scheme of its URL: a new adapter is one more entry. Invariant: a URL is understood before anything is
 * opened.
 */
import { openFolderObjectStore } from '@rushes/adapters/folder-object-store';
import { openSqliteApiKeys } from '@rushes/adapters/sqlite-api-keys';
import { openSqliteBatchViews } from '@rushes/adapters/sqlite-batch-views';
import { openSqliteSpeedStore } from '@rushes/adapters/sqlite-speed-store';
import { UsageError } from '@rushes/runtime';

import { cassandraSpeed } from './cassandra-scheme.ts';
import type { FoundLog, FoundStore, LogScheme, Scheme, StoreOf } from './found-store.ts';
import { kafkaLog } from './kafka-scheme.ts';
import { local, localLog } from './local-scheme.ts';
import { locationsIn, type StoreKind, type StoreLocations } from './locations.ts';
import { postgresKeys, postgresViews } from './postgres-scheme.ts';
import { s3Objects } from './s3-scheme.ts';
import type { ServerSettings } from './server-settings.ts';

const FILE = '.sqlite';

type Schemes = { readonly [Kind in Exclude<StoreKind, 'log'>]: Readonly<Record<string, Scheme<StoreOf[Kind]>>> } & {
  readonly log: Readonly<Record<string, LogScheme>>;
};

const SCHEMES: Schemes = {
  objects: { 'file:': local(openFolderObjectStore), 's3:': s3Objects },
  views: {
    'sqlite:': local(openSqliteBatchViews),
    'postgres:': postgresViews,
    'postgresql:': postgresViews,
  },
  log: { 'sqlite:': localLog, 'kafka:': kafkaLog },
  speed: { 'sqlite:': local(openSqliteSpeedStore, FILE), 'cassandra:': cassandraSpeed },
  keys: {
    'sqlite:': local(openSqliteApiKeys, FILE),
    'postgres:': postgresKeys,
    'postgresql:': postgresKeys,
  },
};

export type FoundStores = { readonly [Kind in Exclude<StoreKind, 'log'>]: FoundStore<StoreOf[Kind]> } & { readonly log: FoundLog };

type SchemesOf<Found> = Readonly<Record<string, (url: string, servers: ServerSettings) => Found>>;

const found = <Found>(schemes: SchemesOf<Found>, url: string, servers: ServerSettings): Found => {
  const given = url.slice(0, url.indexOf(':') + 1);
  const scheme = schemes[given.toLowerCase()];
  // The rest of a URL may hold a password.
  if (scheme === undefined) throw new Error(`no such store has the scheme ${given} (known: ${Object.keys(schemes).join(', ')})`);
  return scheme(url, servers);
};

/**
 * Finds the stores by their URLs. Nothing is opened.
 * @throws UsageError that names each URL which no adapter understands, and the schemes that are known.
 */
export const findStores = ({ urls, servers }: StoreLocations): FoundStores => {
  const faults: string[] = [];
  const find = <Found>(kind: StoreKind, schemes: SchemesOf<Found>): Found | undefined => {
    try {
      return found(schemes, urls[kind], servers);
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
