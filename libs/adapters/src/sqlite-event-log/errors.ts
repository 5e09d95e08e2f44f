/** SQLite's errors name neither the file nor a way out. */
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/** How long a statement waits while another process writes. */
export const BUSY_MS = 10_000;

/** The primary code: the low byte of an extended one. */
const codeOf = (error: Error): number | undefined =>
  'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;

export const isBusy = (error: unknown): boolean => error instanceof Error && codeOf(error) === SQLITE_BUSY;

const meaning = (path: string, error: Error): string | undefined => {
  switch (codeOf(error)) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return (
        `${path} is damaged or not an event log (${error.message}): stop everything, then restore it from a backup, or, if there is none, ` +
        `\`rushes log restart\` begins a log in its place with what is archived and what can still be read of this one`
      );
    case SQLITE_BUSY:
      return `${path} has been locked by another process for ${BUSY_MS / 1000} s: find out which one hangs, then try again`;
    case SQLITE_FULL:
      return `no space left for ${path}: free some, then try again`;
    case undefined:
      return undefined;
    default:
      return `${path}: ${error.message}`;
  }
};

/** The error in terms of the log's file; anything but SQLite's own errors comes back as it is. */
export const explained = (path: string, error: unknown): unknown => {
  const text = error instanceof Error ? meaning(path, error) : undefined;
  return text === undefined ? error : new Error(text, { cause: error });
};
