/**
 * Counts of an artefact that does not change: each is made once for all who ask for it, at the same time or later. Bounded; the counts asked for last are kept.
 */
import type { ArtefactReader, Condition } from '@rushes/ports';
import { LRUCache } from 'lru-cache';

/** Some hundred bytes each. */
const MAX_COUNTS = 500;

/** The reader, with `count` shared. A count that fails is forgotten. */
export const keepCounts = (reader: ArtefactReader): ArtefactReader => {
  const counts = new LRUCache<string, Promise<number>>({ max: MAX_COUNTS });
  const count = (where: readonly Condition[]): Promise<number> => {
    const name = JSON.stringify(where);
    const known = counts.get(name);
    if (known !== undefined) return known;
    const counting = reader.count(where);
    counts.set(name, counting);
    counting.catch(() => {
      if (counts.peek(name) === counting) counts.delete(name);
    });
    return counting;
  };
  return {
    layout: reader.layout,
    get: (key, select) => reader.get(key, select),
    lookup: (column, value, select) => reader.lookup(column, value, select),
    getMany: (keys, select) => reader.getMany(keys, select),
    list: (query) => reader.list(query),
    count,
    search: (query) => reader.search(query),
    close: () => reader.close(),
  };
};
