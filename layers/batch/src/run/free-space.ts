/**
 * Whether there is room for a run, looked at before it computes anything: a disk that fills up in the middle of one takes the log, and with it what is
 * posted, down with it.
 */
import { formatAmount, type Logger, TransientError } from '@rushes/runtime';
import type { SourceFile } from '../bronze/imdb-source.ts';
import { COMPRESSION } from './memory-limit.ts';

/** What becomes of a run that there is less room for than it probably needs. */
export type FreeSpaceCheck = 'refuse' | 'warn';

/**
 * Room that a run takes beside what is there, as multiples of the compressed size of its files: bronze of what is new, and everything that is computed
 * from all of them, for the first time or over an earlier version. Measured with a million made-up titles (0.76, 12.7 and, with a hundredth of the ratings
 * changed, 6.2: `bench/sizes.ts`, docs/operate.md), with a third to spare; where more changed, a later run may take what a first one takes.
 */
const BRONZE_PER_COMPRESSED = 1;
const FIRST_PER_COMPRESSED = 17;
const LATER_PER_COMPRESSED = 13;
/** Manifests, reports, the log's archive: whatever the files are. */
const LEAST_BYTES = 32_000_000;

export interface NeededSpace {
  readonly files: readonly (Pick<SourceFile, 'bytes' | 'compressed'> & { readonly isNew: boolean })[];
  /** Everything is computed anew. */
  readonly full: boolean;
  /** Events came since the version before. */
  readonly hasNewEvents: boolean;
}

const compressedBytes = (files: NeededSpace['files']): number =>
  files.reduce((sum, { bytes, compressed }) => sum + (compressed ? bytes : bytes / COMPRESSION), 0);

/** Pure: bytes that a run probably takes at most, beside what is there. */
export const spaceNeeded = ({ files, full, hasNewEvents }: NeededSpace): number => {
  const news = files.filter(({ isNew }) => isNew);
  const isFirst = full || news.length === files.length;
  const factor = isFirst ? FIRST_PER_COMPRESSED : news.length > 0 || hasNewEvents ? LATER_PER_COMPRESSED : 0;
  return Math.round(LEAST_BYTES + compressedBytes(news) * BRONZE_PER_COMPRESSED + compressedBytes(files) * factor);
};

export interface RoomToCheck {
  readonly needed: NeededSpace;
  /** Where the run writes. */
  readonly folders: readonly string[];
  readonly check: FreeSpaceCheck;
  readonly freeBytes: (folder: string) => Promise<number>;
  readonly logger: Logger;
}

/** @throws TransientError if some folder has less room than the run needs, and that is to stop it. */
export const requireSpace = async ({ needed, folders, check, freeBytes, logger }: RoomToCheck): Promise<void> => {
  const bytes = spaceNeeded(needed);
  for (const folder of folders) {
    const free = await freeBytes(folder);
    if (free >= bytes) continue;
    const message = `the run needs about ${formatAmount(bytes, 'bytes')} of free space, ${formatAmount(free, 'bytes')} are free in ${folder}`;
    if (check === 'refuse')
      throw new TransientError(message, {
        hint: 'Free some space, keep fewer versions (RUSHES_KEEP_VERSIONS), or run all the same with RUSHES_FREE_SPACE_CHECK=warn.',
      });
    logger.warn({ needed_bytes: bytes, free_bytes: free, folder }, message);
    return;
  }
};
