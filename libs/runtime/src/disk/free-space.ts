import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { isMissing } from '../stat-if-there.ts';

/** Bytes that this user may still write where the folder is, or will be made. */
export const freeBytes = async (folder: string): Promise<number> => {
  for (let place = resolve(folder); ; place = dirname(place)) {
    try {
      const { bavail, bsize } = await statfs(place);
      return bavail * bsize;
    } catch (error) {
      if (!isMissing(error) || dirname(place) === place) throw error;
    }
  }
};
