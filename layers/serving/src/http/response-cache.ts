/**
 * Answers kept ready, by their entity tag. Invariants: memory is bounded; simultaneous misses of one tag cost one computation; failures
 * are never kept. A tag names the publication and the request, so an entry is never stale, only unused.
 */
import { LRUCache } from 'lru-cache';

/** One representation of an answer. */
export interface Representation {
  readonly body: string | Buffer;
  readonly bytes: number;
  /** The next page's address, for the `Link` header. */
  readonly next: string | null;
}

export interface ResponseCache {
  /** What is ready now. */
  peek(tag: string): Representation | undefined;
  /** What is ready or under way, else what `compute` gives. */
  resolve(tag: string, compute: () => Promise<Representation>): Promise<Representation>;
}

/** An entry's own size in memory, beside its body: key, objects, list links. An estimate on the safe side. */
const ENTRY_BYTES = 512;

/**
 * As it is kept. A string beyond ASCII could take two bytes a character, and would be encoded again, together with the headers, each time it is sent.
 * Making bytes of it costs more than sending it once.
 */
export const asKept = ({ body, bytes, next }: Representation): Representation => {
  if (typeof body !== 'string' || bytes === body.length) return { body, bytes, next };
  const kept = Buffer.allocUnsafeSlow(bytes); // of its own memory: a part of Node's pool would keep the rest of it
  kept.write(body);
  return { body: kept, bytes, next };
};

/** No answer may push out more than this share of the others. */
const LARGEST_SHARE = 8;

/** @param maxBytes memory for all entries; 0 keeps none (simultaneous requests still share one computation). */
export const createResponseCache = (maxBytes: number): ResponseCache => {
  const ready =
    maxBytes === 0
      ? undefined
      : new LRUCache<string, Representation>({
          maxSize: maxBytes,
          maxEntrySize: Math.ceil(maxBytes / LARGEST_SHARE),
          sizeCalculation: (representation) => representation.bytes + ENTRY_BYTES,
        });
  const underWay = new Map<string, Promise<Representation>>();

  const start = async (tag: string, compute: () => Promise<Representation>): Promise<Representation> => {
    try {
      const representation = await compute();
      ready?.set(tag, asKept(representation));
      return representation;
    } finally {
      underWay.delete(tag);
    }
  };

  return {
    peek: (tag) => ready?.get(tag),
    resolve: (tag, compute) => {
      const hit = ready?.get(tag);
      if (hit !== undefined) return Promise.resolve(hit);
      let computing = underWay.get(tag);
      if (computing === undefined) {
        computing = start(tag, compute);
        underWay.set(tag, computing);
      }
      return computing;
    },
  };
};
