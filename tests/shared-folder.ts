/** A folder for what the test files of one run share, whatever worker they run in. It is gone when the last of them has ended. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { useMemoryForTemporaryFiles } from './temporary-folders.ts';

/** The umask, in octal digits, that the tests were started with: opening a data folder changes that of a process. */
export const START_UMASK = 'START_UMASK';
/** The variable that names it. Not `RUSHES_…`: the command line refuses those that it does not know. */
export const SHARED_FOLDER = 'SHARED_TEST_FOLDER';

export default async (): Promise<() => Promise<void>> => {
  // Servers outlive a run, and their files are large.
  const removeTemporary = process.env['TEST_SERVICES'] === 'yes' ? () => {} : useMemoryForTemporaryFiles();
  const folder = await mkdtemp(join(tmpdir(), 'rushes-tests-'));
  process.env[SHARED_FOLDER] = folder;
  // Asked for by setting it: asking alone is deprecated.
  const umask = process.umask(0o077);
  process.umask(umask);
  process.env[START_UMASK] = umask.toString(8);
  return async () => {
    await rm(folder, { recursive: true, force: true });
    removeTemporary();
  };
};
