/** Filters whose ids lie in scratch files, one for each filter, that nobody finds after the process, however it ended. */
import { mkdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';

import { duplicateClock, JUDGED_WINDOW_MS } from '@rushes/domain';
import type { DuplicateFilters } from '@rushes/ports';

import { removeLeftovers, temporaryFile } from '../crash-safety/temporary-files.ts';
import { atBoundary, storeBoundary } from '../store-errors/store-boundary.ts';
import type { StoreIdentity } from '../store-errors/store-failure.ts';
import { openSeenIds, type SeenIds } from './seen-ids.ts';

export interface FilterOptions {
  /** Pages of a filter that are held in memory, in KiB: ten thousand ids and more without a file. */
  readonly cacheKib: number;
}

const DEFAULT_OPTIONS: FilterOptions = { cacheKib: 1024 };

/** The ids in a file of the folder that has no name any more: its room is free as soon as it is closed, or its process is gone. */
const openUnnamed = (folder: string, cacheKib: number): SeenIds => {
  mkdirSync(folder, { recursive: true }); // people delete folders of this kind
  const file = temporaryFile(folder, 'ids');
  const ids = openSeenIds(file.path, cacheKib);
  try {
    file.removeNow();
    return ids;
  } catch {
    // Where files that are open cannot be removed.
    return {
      ...ids,
      close() {
        ids.close();
        file.removeNow();
      },
    };
  }
};

/** @param folder for the files, made if it is not there. It should not lie in memory. */
export const openSqliteDuplicateFilters = async (folder: string, given: Partial<FilterOptions> = {}): Promise<DuplicateFilters> => {
  const { cacheKib } = { ...DEFAULT_OPTIONS, ...given };
  const identity: StoreIdentity = { location: folder };
  await atBoundary(identity, 'open', async () => {
    await mkdir(folder, { recursive: true });
    await removeLeftovers(folder);
  });
  const filters: DuplicateFilters = {
    open(timeMs) {
      const ids = openUnnamed(folder, cacheKib);
      const clock = duplicateClock(timeMs);
      let isClosed = false;
      const open = (): void => {
        if (isClosed) throw new Error('the filter is closed');
      };
      const filter: ReturnType<DuplicateFilters['open']> = {
        isDuplicate(id, appendedAtMs) {
          open();
          const now = clock(appendedAtMs);
          const since = now - JUDGED_WINDOW_MS;
          ids.forgetSome(since);
          const seenMs = ids.see(id, now);
          return seenMs !== undefined && seenMs >= since;
        },
        passBarrier(appendedAtMs) {
          open();
          clock(appendedAtMs);
        },
        close() {
          if (!isClosed) ids.close();
          isClosed = true;
        },
      };
      return storeBoundary(filter, identity);
    },
  };
  return storeBoundary(filters, identity);
};
