import { join } from 'node:path';
import { type FileCache, openFileCache } from '@rushes/lake';

/** Half of what a first run over all of IMDb leaves in the lake: what the next run reads of it. */
const MOST_BYTES = 8e9;

/** Copies of the lake's files in the work folder, where the lake is no folder itself; they outlive the runs. */
export const objectCacheIn = (workFolder: string): FileCache =>
  openFileCache({ folder: join(workFolder, 'objects'), mostBytes: MOST_BYTES });
