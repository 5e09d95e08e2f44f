import { totalmem } from 'node:os';
import type { SourceFile } from '../bronze/imdb-source.ts';

const MIB = 1024 * 1024;

/** Enough for 300,000 titles and all that belongs to them. */
const LEAST_MB = 320;
/** Join tables grow with the catalog, up to where spilling them costs less than the memory is worth: the process then has some 700 MiB beside it. */
const MB_PER_COMPRESSED_MB = 3;
const ENOUGH_MB = 480;
/** What IMDb's files shrink by. */
export const COMPRESSION = 4.5;
const MAX_SHARE_OF_MACHINE = 0.5;

/** The most that the engine may take without being told to, in MiB: half of the machine's memory. */
export const mostMemoryMb = (machineBytes: number = totalmem()): number =>
  Math.round(Math.max(LEAST_MB, (machineBytes * MAX_SHARE_OF_MACHINE) / MIB));

/**
 * Memory for the engine's buffers in MiB, from the size of the files: what does not fit is spilled, but the keys that are joined have to fit.
 * Where they do not, the engine asks for more, up to `mostMemoryMb`.
 */
export const memoryLimitFor = (files: readonly Pick<SourceFile, 'bytes' | 'compressed'>[], machineBytes: number = totalmem()): number => {
  const compressedMb = files.reduce((sum, file) => sum + (file.compressed ? file.bytes : file.bytes / COMPRESSION), 0) / MIB;
  return Math.round(Math.min(Math.max(LEAST_MB, compressedMb * MB_PER_COMPRESSED_MB), ENOUGH_MB, mostMemoryMb(machineBytes)));
};
