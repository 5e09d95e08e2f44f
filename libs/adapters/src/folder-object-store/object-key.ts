import { join } from 'node:path';

import { faultInKey, ObjectKeyError } from '../object-key/object-key.ts';

/** Keys as file names. */

/** Folder of files that are being written. Not part of the keys. */
export const INCOMING = '.incoming';

/** The file of a key. Throws `ObjectKeyError` for a key that cannot be one. */
export const fileOf = (folder: string, key: string): string => {
  const fault = faultInKey(key) ?? (key.split('/')[0] === INCOMING ? `${INCOMING} is the store's own` : undefined);
  if (fault !== undefined) throw new ObjectKeyError(key, fault);
  return join(folder, key);
};
