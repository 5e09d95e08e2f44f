import type { ObjectStore } from '@rushes/ports';
import { UsageError } from '@rushes/runtime';

import { s3Objects } from './s3-scheme.ts';
import type { ServerSettings } from './server-settings.ts';

/** Whether a text names an object store, and no folder. */
export const isBackupUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(text);

/**
 * The object store that backups are sent to and restored from.
 * @param flag for messages.
 * @throws UsageError if the URL names no bucket, StoreFault or StoreUnavailable if it cannot be reached.
 */
export const openBackupPlace = async (url: string, flag: string, settings: ServerSettings, readOnly = false): Promise<ObjectStore> => {
  let found;
  try {
    if (!/^s3:/i.test(url)) throw new Error('it names no bucket');
    found = s3Objects(url, settings);
  } catch (cause) {
    throw new UsageError(`${flag}: ${cause instanceof Error ? cause.message : String(cause)}`, { hint: 'Give s3://bucket/prefix.' });
  }
  // A record is put under a name of its own: nobody races for it, so the server is not tried.
  return found.open(readOnly ? { readOnly } : { isChecked: true });
};
