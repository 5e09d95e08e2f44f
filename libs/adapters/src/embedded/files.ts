import { join } from 'node:path';

export const logFileIn = (dataFolder: string): string => join(dataFolder, 'log.sqlite');

export const keysFileIn = (dataFolder: string): string => join(dataFolder, 'keys.sqlite');

export const speedFileIn = (dataFolder: string): string => join(dataFolder, 'speed.sqlite');
