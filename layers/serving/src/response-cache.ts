/**
 * Answers kept ready, by their entity tag. Invariants: memory is bounded; simultaneous misses of one tag cost one computation; failures
 * are never kept. A tag names the publication and the request, so an entry is never stale, only unused.
 */
import { LRUCache } from 'lru-cache';

/** One representation of an answer. */
export interface Representation {
  /** ASCII alone as a string, which takes a byte a character; anything else as bytes. */
  readonly body: string | Buffer;
  readonly bytes: number;
  /** The next page's address, for the `Link` header. */
  readonly next: string | null;
}

/**
 * A text as it is kept and sent. As a string, one beyond ASCII could take two bytes a character, and would be encoded again, together with the headers,
 * each time it is sent.
 */
export const bodyOf = (text: string): Pick<Representation, 'body' | 'bytes'> => {
  const bytes = Buffer.byteLength(text);
  if (bytes === text.length) return { body: text, bytes };
  const body = Buffer.allocUnsafeSlow(bytes); // of its own memory: a part of Node's pool would keep the rest of it
  body.write(text);
  return { body, bytes };
};

export interface ResponseCache {
  /** What is ready now. */
  peek(tag: string): Representation | undefined;
  /** What is ready or under way, else what `compute` gives. */
  resolve(tag: string, compute: () => Promise<Representation>): Promise<Representation>;
}

/** An entry's own size in memory, beside its body: key, objects, list links. An estimate on the safe side. */
const ENTRY_BYTES = 512;

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
      ready?.set(tag, representation);
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
