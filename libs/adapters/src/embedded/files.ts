/** Where each store lies in a data folder. */
import { join } from 'node:path';

export const lakeFolderIn = (dataFolder: string): string => join(dataFolder, 'lake');

export const viewsFolderIn = (dataFolder: string): string => join(dataFolder, 'views');

export const logFileIn = (dataFolder: string): string => join(dataFolder, 'log.sqlite');

export const keysFileIn = (dataFolder: string): string => join(dataFolder, 'keys.sqlite');

export const speedFileIn = (dataFolder: string): string => join(dataFolder, 'speed.sqlite');
