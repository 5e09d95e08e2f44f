/** Rows of one generation of an epoch as they were left: those used last are in memory, others are read back from the store, all in one call. */
import type { SpeedKey, SpeedRow, SpeedStore } from '@rushes/ports';
import { LRUCache } from 'lru-cache';

import { type KnownRows, rowName } from './fold-batch.ts';

export interface RowCache {
  /** The rows of these keys that there are. @param keys by their `rowName`. */
  load(keys: ReadonlyMap<string, SpeedKey>): Promise<KnownRows>;
  /** What the store has by now. */
  keep(rows: readonly SpeedRow[]): void;
  clear(): void;
}

/** @param max rows kept in memory. */
export const createRowCache = (store: Pick<SpeedStore, 'readRows'>, max: number): RowCache => {
  const cache = new LRUCache<string, SpeedRow>({ max });
  return {
    async load(keys) {
      const known = new Map<string, SpeedRow>();
      const missing: SpeedKey[] = [];
      for (const [name, key] of keys) {
        const row = cache.get(name);
        if (row === undefined) missing.push(key);
        else known.set(name, row);
      }
      if (missing.length > 0) for (const row of await store.readRows(missing)) known.set(rowName(row), row);
      return known;
    },
    keep(rows) {
      for (const row of rows) cache.set(rowName(row), row);
    },
    clear: () => cache.clear(),
  };
};
