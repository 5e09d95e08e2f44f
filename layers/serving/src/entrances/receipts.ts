/**
 * What was accepted: so that a repeated request has the same answer, and one that says something else under the same key is refused. Invariant: of
 * simultaneous requests with one id to one process, one does the work, and all get its outcome. Bounded: the oldest are forgotten first; what is
 * forgotten is appended again, and the rule of duplicates leaves it without effect. While receipts cannot be read nothing is accepted. A receipt of another process,
 * which may be older than this one, is believed only if the log has the event: a log that was restored from a backup has lost what came after that.
 */
import { JUDGED_WINDOW_MS, type OffsetVector } from '@rushes/domain';
import type { Caches, Fresh, Waited } from '@rushes/ports';

import { Problem } from '../http/problem.ts';

/** An event that is in the log. */
export interface Receipt {
  readonly eventId: string;
  readonly movieId: string;
  /** What an answer that shows the event has reached: just behind it in its partition, 0 in all others. */
  readonly position: OffsetVector;
  readonly appendedAtMs: number;
}

/** What is kept of a request that was accepted. */
interface Accepted {
  /** Which process accepted it. */
  readonly by: string;
  readonly bodyHash: string;
  readonly receipt: Receipt;
}

export interface Receipts {
  /** The outcome of `accept`, or that of the request with this id before it. Throws a `Problem` (422) if that one's body was another. */
  once(
    eventId: string,
    bodyHash: string,
    accept: () => Promise<Receipt>,
    waited?: Waited,
  ): Promise<{ readonly receipt: Receipt; readonly isRepeated: boolean }>;
  /** Claims a movie for one event until the returned function is called, which never rejects, or an hour is over; `undefined`: another event has it. */
  claimMovie(movieId: string, eventId: string, waited?: Waited): Promise<(() => Promise<void>) | undefined>;
}

/** Some 20,000 receipts. */
const RECEIPT_BYTES = 300;
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_CLAIMS = 20_000;
/** By then answers show the movie, and say themselves whose it is. */
const CLAIM_MS = 3_600_000;

export const reusedKey = (): Problem =>
  new Problem(422, 'This Idempotency-Key was used for another body: use a new one for a new request.', {
    errors: [{ in: 'header', name: 'Idempotency-Key', detail: 'was used for another body' }],
  });

/** A request of this body was not accepted: told to those who waited for its outcome. */
class NotAcceptedError extends Error {
  override readonly name = 'NotAcceptedError';
  readonly bodyHash: string;
  constructor(bodyHash: string, cause: unknown) {
    super('the request was not accepted', { cause });
    this.bodyHash = bodyHash;
  }
}

export interface ReceiptsContext {
  readonly caches: Caches;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** An id of this process that no other has, an earlier one neither. */
  readonly by: string;
  /** Whether the log has the event where the receipt says. */
  readonly isLogged: (receipt: Receipt) => Promise<boolean>;
  /** A claim could not be given back; it ends by itself after an hour. */
  readonly onTrouble: (error: unknown) => void;
}

export const createReceipts = ({ caches, now, by, isLogged, onTrouble }: ReceiptsContext): Receipts => {
  const accepted = caches.cache<Accepted>({ name: 'receipts', maxBytes: MAX_BYTES, bytesOf: () => RECEIPT_BYTES });
  const movies = caches.claims({ name: 'movies', maxClaims: MAX_CLAIMS });

  return {
    once: async (eventId, bodyHash, accept, waited) => {
      let isRepeated = true;
      const acceptFirst = async (): Promise<Fresh<Accepted>> => {
        isRepeated = false;
        try {
          const receipt = await accept();
          // Readers take a record with this id for a repetition for so long at least, the last millisecond included: an event that is accepted before has no effect.
          return { value: { by, bodyHash, receipt }, ttlMs: receipt.appendedAtMs + JUDGED_WINDOW_MS + 1 - now() };
        } catch (cause) {
          throw new NotAcceptedError(bodyHash, cause);
        }
      };
      const isLost = async (found: Accepted): Promise<boolean> => isRepeated && found.by !== by && !(await isLogged(found.receipt));
      try {
        let known = await accepted.resolve(eventId, acceptFirst, waited);
        if (await isLost(known)) {
          await accepted.set(eventId, known, 0, waited);
          known = await accepted.resolve(eventId, acceptFirst, waited);
          // A cache that forgets nothing when it is told to.
          if (await isLost(known)) known = (await acceptFirst()).value;
        }
        if (known.bodyHash !== bodyHash) throw reusedKey();
        return { receipt: known.receipt, isRepeated };
      } catch (error) {
        if (!(error instanceof NotAcceptedError)) throw error;
        throw error.bodyHash === bodyHash ? error.cause : reusedKey();
      }
    },
    claimMovie: async (movieId, eventId, waited) => {
      if (!(await movies.claim(movieId, eventId, CLAIM_MS, waited))) return undefined;
      return () => movies.release(movieId, eventId, waited).catch(onTrouble);
    },
  };
};
