/** SQLite's errors in terms of the log's file. */
import { isDamage, isFull, sqliteCode } from '../sqlite-access/error-codes.ts';

/** Out of damage. */
export const WAY_OUT =
  'stop everything, then restore it from a backup, or, if there is none, `rushes log restart` begins a log in its place with what is archived ' +
  'and what can still be read of this one';

const meaning = (path: string, error: Error): string | undefined => {
  if (isDamage(error)) return `${path} is damaged or not an event log (${error.message}): ${WAY_OUT}`;
  if (isFull(error)) return `no space left for ${path}: free some, then try again`;
  return sqliteCode(error) === undefined ? undefined : `${path}: ${error.message}`;
};

/** The error in terms of the log's file; anything but SQLite's own errors comes back as it is. */
export const explained = (path: string, error: unknown): unknown => {
  const text = error instanceof Error ? meaning(path, error) : undefined;
  return text === undefined ? error : new Error(text, { cause: error });
};
