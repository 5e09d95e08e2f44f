/**
 * Answers kept ready, by their entity tag. Invariants: simultaneous misses of one tag cost one computation; failures are never kept; a cache that fails
 * costs computing, not answers. A tag names the publication and the request, so an entry is never stale, only unused.
 */
import { type Cache, type Caches, type Fresh, StoreFault, StoreUnavailable, type Waited } from '@rushes/ports';

/** One representation of an answer. */
export interface Representation {
  readonly body: string | Buffer;
  readonly bytes: number;
  /** The next page's address, for the `Link` header. */
  readonly next: string | null;
}

export interface ResponseCache {
  /** What is ready now. */
  get(tag: string, waited?: Waited): Promise<Representation | undefined>;
  /** What is ready or under way, else what `compute` gives. */
  resolve(tag: string, compute: () => Promise<Representation>, waited?: Waited): Promise<Representation>;
}

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

/** An answer that nobody asked for in so long makes room, also where others keep theirs in the same place. */
const KEPT_MS = 3_600_000;

const isOf = (cache: Cache<Representation>, error: unknown): boolean =>
  (error instanceof StoreUnavailable || error instanceof StoreFault) && error.location === cache.location;

/**
 * @param maxBytes room for all entries; 0 keeps none (simultaneous requests still share one computation).
 * @param onTrouble the cache failed; answers are computed without it.
 */
export const createResponseCache = (caches: Caches, maxBytes: number, onTrouble: (error: unknown) => void): ResponseCache => {
  const cache = caches.cache<Representation>({ name: 'responses', maxBytes, bytesOf: ({ bytes }) => bytes });
  const orWithout = async <Result>(ask: Promise<Result>, without: () => Result | Promise<Result>): Promise<Result> => {
    try {
      return await ask;
    } catch (error) {
      if (!isOf(cache, error)) throw error;
      onTrouble(error);
      return without();
    }
  };
  return {
    get: (tag, waited) => orWithout(cache.get(tag, waited), () => undefined),
    resolve: (tag, compute, waited) => {
      const computeToKeep = async (): Promise<Fresh<Representation>> => {
        const computed = await compute();
        return { value: maxBytes === 0 ? computed : asKept(computed), ttlMs: KEPT_MS };
      };
      return orWithout(cache.resolve(tag, computeToKeep, waited), compute);
    },
  };
};
