/** Where the stores of a world are: in its folder, or on the servers that `npm run test:services` has started, each world with names of its own there. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { openEmbeddedStores, type Stores } from '@rushes/stores';

export interface Place {
  /** Another process's connections, each time. */
  readonly open: (nowMs: () => number) => Promise<Stores>;
  /** Called while nothing is open: what the speed layer has stored is gone. */
  readonly loseSpeedStore: () => Promise<void>;
  /** The lake that lies in the folder is the world's. */
  readonly begin: () => Promise<void>;
  /** Removes what is not in the folder. */
  readonly dispose: () => Promise<void>;
}

const embedded = (folder: string): Place => ({
  open: (nowMs) => openEmbeddedStores(folder, nowMs),
  async loseSpeedStore() {
    for (const file of await readdir(folder)) if (file.startsWith('speed.sqlite')) await rm(join(folder, file));
  },
  begin: async () => {},
  dispose: async () => {},
});

/** The place of a world that has this folder to itself. */
export const placeOf = async (folder: string): Promise<Place> => {
  if (process.env['TEST_SERVICES'] !== 'yes') return embedded(folder);
  const { placeOnServers } = await import('../services/place-on-servers.ts');
  return placeOnServers(folder);
};
