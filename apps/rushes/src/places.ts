/** A system by what names it on the command line: a data folder that holds all of it, or a configuration file that says where its stores are. */
import { resolve } from 'node:path';

import { loadConfig, statIfThere, UsageError } from '@rushes/runtime';
import { configuredLocations, locationsIn, type StoreLocations } from '@rushes/stores';

export interface PlaceOfSystem {
  /** The folder or the file, from the root on. */
  readonly name: string;
  readonly at: StoreLocations;
}

/**
 * A file counts by itself: variables of the environment belong to the other system just as well.
 * @param flag for messages. @param mayBeNew whether a folder need not be there.
 * @throws UsageError, ConfigError
 */
export const placeOf = async (text: string, flag: string, mayBeNew = false): Promise<PlaceOfSystem> => {
  const name = resolve(text);
  const found = await statIfThere(name);
  if (found?.isFile() === true) {
    const { config } = loadConfig({ file: name, env: {}, cwd: process.cwd() });
    return { name, at: configuredLocations(config) };
  }
  if (found === undefined && (!mayBeNew || name.endsWith('.json')))
    throw new UsageError(`there is no ${name.endsWith('.json') ? 'file' : 'folder'} ${text}`, {
      hint: `Name a data folder with ${flag}, or a configuration file that says where the stores are.`,
    });
  return { name, at: locationsIn(name) };
};
