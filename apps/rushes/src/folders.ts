import { join } from 'node:path';

/** Where cursors of replays lie in the data folder. */
export const cursorFolder = (dataFolder: string): string => join(dataFolder, 'replays');
