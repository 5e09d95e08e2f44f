/** The data folder of a process, looked at before anything is opened in it. */
import { makeDataFolder as makeFolder } from '@rushes/adapters/embedded';
import { type Session, statIfThere, UsageError } from '@rushes/runtime';

export const folderAt = async (folder: string): Promise<'folder' | 'something else' | undefined> => {
  try {
    const found = await statIfThere(folder);
    return found === undefined ? undefined : found.isDirectory() ? 'folder' : 'something else';
  } catch (cause) {
    throw new UsageError(`${folder} is there, but cannot be looked at`, {
      hint: 'See where it leads, and that you may read it, or name another folder.',
      cause,
    });
  }
};

/** Makes sure that the data folder is there, for commands that only look: one that is not is probably a typo, so it is not created. */
export const checkDataFolder = async (folder: string): Promise<void> => {
  const found = await folderAt(folder);
  if (found === 'folder') return;
  throw new UsageError(found === undefined ? `there is no data folder ${folder}` : `${folder} is no folder`, {
    hint: 'Name it with --data FOLDER; `rushes up` and `rushes batch run` create it.',
  });
};

/** Makes the data folder, for its owner alone, or says why it cannot be one, before anything is written to it. */
export const makeDataFolder = async ({ config, logger }: Pick<Session, 'config' | 'logger'>): Promise<void> => {
  const folder = config.folders.data;
  try {
    const { closed, open } = await makeFolder(folder);
    if (closed.length > 0)
      logger.warn({ paths: closed }, 'others of this machine could read the data folder: its owner alone can from now on');
    if (open.length > 0)
      logger.warn(
        { paths: open },
        'others of this machine can read the data folder, and that cannot be changed from here: `chmod -R go= FOLDER` as its owner',
      );
  } catch (cause) {
    throw new UsageError(`${folder} cannot be the data folder`, {
      hint: 'Name a folder that is there and may be written to, or that can be made, with --data FOLDER or RUSHES_DATA.',
      cause,
    });
  }
};
