/** Rows of one epoch of a partition as they were left: those used last are in memory, others are read back from the store. */
import type { SpeedKey, SpeedRow, SpeedStore } from '@rushes/ports';
import { LRUCache } from 'lru-cache';

import { type FindRow, rowName } from './fold-batch.ts';

export interface RowCache {
  readonly find: FindRow;
  /** What the store has by now. */
  keep(rows: readonly SpeedRow[]): void;
  clear(): void;
}

/** @param max rows kept in memory. */
export const createRowCache = (store: SpeedStore, max: number): RowCache => {
  const cache = new LRUCache<string, SpeedRow>({ max });
  const readBack = async (key: SpeedKey): Promise<SpeedRow | undefined> =>
    (await store.readKey(key.view, key.key, key.epoch - 1)).find(
      (row) => row.epoch === key.epoch && row.partition === key.partition && row.generation === key.generation,
    );
  return {
    find: async (key) => cache.get(rowName(key)) ?? readBack(key),
    keep(rows) {
      for (const row of rows) cache.set(rowName(row), row);
    },
    clear: () => cache.clear(),
  };
};
