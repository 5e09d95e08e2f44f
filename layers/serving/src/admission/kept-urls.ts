/**
 * Which addresses were answered from memory lately. While computing is full, a request is refused before anything is done for it, unless its answer is
 * probably ready: then it costs next to nothing. A wrong guess does no harm: the request is refused, or computed, a little later.
 */
import { LRUCache } from 'lru-cache';

export interface KeptUrls {
  /** The answer to this address is ready, or will be soon. */
  add(url: string): void;
  has(url: string): boolean;
}

/** With the length below, some 5 MB at most. */
const MAX_URLS = 10_000;
/** Longer addresses are rarely asked for twice. */
const MAX_LENGTH = 256;

/** @param areKept whether answers are kept at all. */
export const createKeptUrls = (areKept: boolean): KeptUrls => {
  if (!areKept) return { add: () => undefined, has: () => false };
  const urls = new LRUCache<string, true>({ max: MAX_URLS });
  return {
    add: (url) => {
      if (url.length <= MAX_LENGTH) urls.set(url, true);
    },
    has: (url) => urls.has(url),
  };
};
