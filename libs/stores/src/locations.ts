/** Where each store is: URLs from the configuration, or places in the data folder. Pure. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { keysFileIn, lakeFolderIn, logFileIn, speedFileIn, viewsFolderIn } from '@rushes/adapters/embedded';
import { type Config, defaultConfig } from '@rushes/runtime';

import type { ServerSettings } from './server-settings.ts';

export type StoreKind = 'objects' | 'views' | 'log' | 'speed' | 'keys';

export interface StoreLocations {
  /** Folder for what only this host needs: scratch files, and what duplicates are told by. */
  readonly dataFolder: string;
  /** The absolute URL of each store. */
  readonly urls: Readonly<Record<StoreKind, string>>;
  /** What URLs do not say of servers. */
  readonly servers: ServerSettings;
}

/** Folder for scratch files; what lies in it may be deleted when nothing runs. */
export const scratchFolderIn = (dataFolder: string): string => join(dataFolder, 'tmp');

const urlOf = (scheme: string, path: string): string => scheme + pathToFileURL(path).href.slice('file'.length);

/** All stores in one data folder. */
export const locationsIn = (dataFolder: string): StoreLocations => ({
  dataFolder,
  urls: {
    objects: urlOf('file', lakeFolderIn(dataFolder)),
    views: urlOf('sqlite', viewsFolderIn(dataFolder)),
    log: urlOf('sqlite', logFileIn(dataFolder)),
    speed: urlOf('sqlite', speedFileIn(dataFolder)),
    keys: urlOf('sqlite', keysFileIn(dataFolder)),
  },
  servers: defaultConfig(),
});

/** What of a configuration says where stores are. */
export type LocationConfig = Pick<Config, 'folders' | 's3' | 'kafka' | 'cassandra' | 'mongodb' | 'postgres'> & {
  readonly stores: Pick<Config['stores'], StoreKind>;
};

/** The places that the configuration names, and the data folder for stores that it does not. */
export const configuredLocations = ({ folders, stores, ...servers }: LocationConfig): StoreLocations => {
  const { dataFolder, urls } = locationsIn(folders.data);
  return {
    dataFolder,
    urls: {
      objects: stores.objects ?? urls.objects,
      views: stores.views ?? urls.views,
      log: stores.log ?? urls.log,
      speed: stores.speed ?? urls.speed,
      keys: stores.keys ?? urls.keys,
    },
    servers,
  };
};
