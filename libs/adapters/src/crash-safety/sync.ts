import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What a crash of the machine must not take back is on the disk only after these return. */

/** Waits until a file's bytes, or a folder's names, are on the disk. */
export const sync = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Creates a folder with those above it, durably. */
export const makeFolder = async (path: string): Promise<void> => {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await sync(dirname(made));
};
