/**
 * Whether an open file still lies where it was opened. A file that was moved away, deleted or replaced stays open: what is written to it is lost, and what
 * others write to its successor is never seen.
 */
import { statSync } from 'node:fs';

import { StoreFault } from '@rushes/ports';

/** Which file lies at a path; `undefined`: none. */
export const fileAt = (path: string): string | undefined => {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && `${stats.dev}:${stats.ino}`;
};

/** To be called when the file at `path` has just been opened. What it returns throws once that file does not lie there any more. */
export const requireInPlace = (path: string): (() => void) => {
  const opened = fileAt(path);
  return () => {
    const now = fileAt(path);
    if (now !== opened)
      throw new StoreFault({
        location: path,
        reason: `${now === undefined ? 'is gone' : 'was replaced'} while it was in use`,
        hint: 'Stop everything, put the right file there, and start again.',
      });
  };
};
