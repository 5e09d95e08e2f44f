import type { ObjectStore } from '@rushes/ports';
import { type Config, UsageError } from '@rushes/runtime';

import type { LocationConfig } from './locations.ts';
import { s3Objects } from './s3-scheme.ts';

/**
 * The store that has IMDb's files as objects, opened only to be read; `undefined`: they are in a folder.
 * @throws UsageError if the URL names no bucket, StoreFault or StoreUnavailable if it cannot be read.
 */
export const openImdbObjects = async (config: LocationConfig & Pick<Config, 'folders'>): Promise<ObjectStore | undefined> => {
  const { imdb } = config.folders;
  if (imdb?.startsWith('s3://') !== true) return undefined;
  let found;
  try {
    found = s3Objects(imdb, config);
  } catch (cause) {
    throw new UsageError(`folders.imdb: ${cause instanceof Error ? cause.message : String(cause)}`, {
      hint: 'Give a folder, or s3://bucket/prefix.',
    });
  }
  return found.open({ readOnly: true });
};
