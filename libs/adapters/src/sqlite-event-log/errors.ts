/** SQLite's errors in terms of the log's file. */
import { storeFailure } from '../store-errors/store-failure.ts';

/** Out of damage. */
export const WAY_OUT =
  'stop everything, then restore it from a backup, or, if there is none, `rushes log restart` begins a log in its place with what is archived ' +
  'and what can still be read of this one';

/** The same as a sentence. */
export const ON_DAMAGE = `S${WAY_OUT.slice(1)}.`;

/** The error in terms of the log's file; anything but SQLite's and the system's own errors comes back as it is. */
export const explained = (path: string, error: unknown): unknown => storeFailure(error, { location: path, onDamage: ON_DAMAGE });
