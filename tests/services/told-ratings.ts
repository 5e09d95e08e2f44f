/** Ratings that are posted until each is acknowledged, whatever happens to the servers meanwhile: what was acknowledged must count once, and nothing twice. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface ToldRatings {
  /** Acknowledged so far, by movie. */
  readonly acknowledged: ReadonlyMap<string, number>;
  /** When each was, by `performance.now`. */
  readonly acknowledgedAtMs: readonly number[];
  /** Posts that failed and were repeated. */
  readonly repeated: () => number;
  /** How often for what: a status with what it said, or an error. */
  readonly reasons: ReadonlyMap<string, number>;
  /** Longest time between two acknowledgments so far, in milliseconds. */
  readonly longestPauseMs: () => number;
  /** Posts no new ones; resolves when all that were begun are acknowledged. */
  readonly stop: () => Promise<void>;
}

const POST_MS = 15_000;
const AGAIN_MS = 200;
const REASON_LENGTH = 200;
/** Between two ratings of one teller: the load of a day, which leaves room for what else is to happen. */
const BETWEEN_MS = 40;
const ACKNOWLEDGED = [201, 202];

/** @param tellers so many post side by side, each one rating after another. */
export const tellRatings = (urlOf: () => string, key: string, movies: readonly string[], name: string, tellers = 4): ToldRatings => {
  const acknowledged = new Map<string, number>();
  const acknowledgedAtMs: number[] = [];
  const reasons = new Map<string, number>();
  const over = new AbortController();
  let [repeated, longestPauseMs, lastMs] = [0, 0, performance.now()];
  const post = async (movie: string, id: string): Promise<void> => {
    for (;;) {
      const response = await fetch(`${urlOf()}/movies/${movie}/ratings`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': id },
        body: JSON.stringify({ score: 8 }),
        signal: AbortSignal.timeout(POST_MS),
      }).catch((error: unknown) => String(error));
      const text = typeof response === 'string' ? response : `${response.status} ${await response.text().catch(String)}`;
      if (typeof response !== 'string' && ACKNOWLEDGED.includes(response.status)) return;
      if (typeof response !== 'string' && response.status < 500 && response.status !== 429)
        throw new Error(`a rating was refused with ${response.status}: ${text}`);
      repeated += 1;
      const reason = text.slice(0, REASON_LENGTH);
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      await sleep(AGAIN_MS);
    }
  };
  const tell = async (teller: number): Promise<void> => {
    for (let n = 0; !over.signal.aborted; n++) {
      const movie = movies[(n * tellers + teller) % movies.length] ?? '';
      await post(movie, `${name}-${teller}-${n}`);
      acknowledged.set(movie, (acknowledged.get(movie) ?? 0) + 1);
      longestPauseMs = Math.max(longestPauseMs, performance.now() - lastMs);
      lastMs = performance.now();
      acknowledgedAtMs.push(lastMs);
      await sleep(BETWEEN_MS);
    }
  };
  const telling = Promise.all(Array.from({ length: tellers }, (_, teller) => tell(teller)));
  telling.catch(() => {}); // told by `stop`
  return {
    acknowledged,
    acknowledgedAtMs,
    reasons,
    repeated: () => repeated,
    longestPauseMs: () => longestPauseMs,
    async stop() {
      over.abort();
      await telling;
    },
  };
};
