/**
 * What this process has accepted: so that a repeated request has the same answer, and one that says something else under the same key is refused.
 * Invariant: of simultaneous requests with one id, one does the work, and all get its outcome. Bounded: the oldest are forgotten first; what is
 * forgotten, or was accepted elsewhere, is appended again, and the rule of duplicates leaves it without effect.
 */
import { JUDGED_WINDOW_MS, type OffsetVector } from '@rushes/domain';
import { LRUCache } from 'lru-cache';

import { Problem } from '../http/problem.ts';

/** An event that is in the log. */
export interface Receipt {
  readonly eventId: string;
  readonly movieId: string;
  /** What an answer that shows the event has reached: just behind it in its partition, 0 in all others. */
  readonly position: OffsetVector;
  readonly appendedAtMs: number;
}

interface Entry {
  readonly bodyHash: string;
  readonly receipt: Promise<Receipt>;
  /** `undefined` while the work is under way. */
  appendedAtMs: number | undefined;
}

export interface Receipts {
  /** The outcome of `accept`, or that of the request with this id before it. Throws a `Problem` (422) if that one's body was another. */
  once(
    eventId: string,
    bodyHash: string,
    accept: () => Promise<Receipt>,
  ): Promise<{ readonly receipt: Receipt; readonly isRepeated: boolean }>;
  /** Claims a movie for one event until the returned function is called; `undefined`: another event has it. */
  claimMovie(movieId: string, eventId: string): (() => void) | undefined;
}

/** Some 300 bytes each. */
const MAX_RECEIPTS = 20_000;

export const reusedKey = (): Problem =>
  new Problem(422, 'This Idempotency-Key was used for another body: use a new one for a new request.', {
    errors: [{ in: 'header', name: 'Idempotency-Key', detail: 'was used for another body' }],
  });

/** @param now milliseconds since 1970. */
export const createReceipts = (now: () => number): Receipts => {
  const entries = new LRUCache<string, Entry>({ max: MAX_RECEIPTS });
  const movies = new LRUCache<string, string>({ max: MAX_RECEIPTS });

  const known = (eventId: string): Entry | undefined => {
    const entry = entries.get(eventId);
    // Readers take a record with this id for a repetition for so long at least: an event that is accepted before has no effect.
    if (entry?.appendedAtMs !== undefined && now() - entry.appendedAtMs > JUDGED_WINDOW_MS) return undefined;
    return entry;
  };

  return {
    once: async (eventId, bodyHash, accept) => {
      const before = known(eventId);
      if (before !== undefined) {
        if (before.bodyHash !== bodyHash) throw reusedKey();
        return { receipt: await before.receipt, isRepeated: true };
      }
      const entry: Entry = { bodyHash, receipt: accept(), appendedAtMs: undefined };
      entries.set(eventId, entry);
      try {
        const receipt = await entry.receipt;
        entry.appendedAtMs = receipt.appendedAtMs;
        return { receipt, isRepeated: false };
      } catch (error) {
        if (entries.peek(eventId) === entry) entries.delete(eventId);
        throw error;
      }
    },
    claimMovie: (movieId, eventId) => {
      const owner = movies.get(movieId);
      if (owner !== undefined && owner !== eventId) return undefined;
      movies.set(movieId, eventId);
      return () => {
        if (movies.peek(movieId) === eventId) movies.delete(movieId);
      };
    },
  };
};
