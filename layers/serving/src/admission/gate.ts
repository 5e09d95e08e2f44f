/**
 * A bound on work of one kind. Invariants: never more than `concurrency` pieces of work run; whoever waits is served in order, and begins within `maxWaitMs`
 * or is refused; who cannot expect that is refused at once, not after having waited.
 */
import type { Turns } from './turns.ts';

export interface GateOptions {
  /** So many run at a time. */
  readonly concurrency: number;
  /** So many may wait. */
  readonly maxQueued: number;
  /** Nobody waits longer than this. */
  readonly maxWaitMs: number;
  readonly turns: Turns;
  /** Milliseconds of a clock that never steps. */
  readonly now: () => number;
  /** What who is refused is told. */
  readonly busy: () => Error;
}

export interface Gate {
  /** Does the work, now or when its turn comes. Rejects with `busy()` if it would have to wait too long. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Whether `run` would refuse now. */
  isFull(): boolean;
  /** Pieces of work that wait. */
  waiting(): number;
}

interface Entry {
  readonly begin: () => void;
  readonly refuse: () => void;
  readonly timer: NodeJS.Timeout;
}

/** So few are never refused for what others took: the time of one piece of work is known only roughly. */
const ALWAYS_QUEUED = 4;
/** Whoever would probably wait longer than this share of the longest wait is refused at once: one who is refused after waiting has cost more. */
const EXPECTED_SHARE = 0.5;
/** How far back the mean goes, in milliseconds: over many rounds of the event loop, since work ends in bursts with the other work of a round between them. */
const MEAN_OVER_MS = 250;

export const createGate = ({ concurrency, maxQueued, maxWaitMs, turns, now, busy }: GateOptions): Gate => {
  const queue = new Set<Entry>();
  let running = 0;
  let isPumping = false;
  /** Ends of work while somebody waited, and the time that they took; what lies further back counts less. */
  let recent = { ends: 0, ms: 0 };
  let lastEndMs: number | undefined;

  const expectedWaitMs = (): number => (recent.ends === 0 ? 0 : (queue.size * recent.ms) / recent.ends);
  const isFull = (): boolean => queue.size >= maxQueued || (queue.size >= ALWAYS_QUEUED && expectedWaitMs() > EXPECTED_SHARE * maxWaitMs);

  const measure = (): void => {
    if (queue.size === 0) {
      lastEndMs = undefined;
      return;
    }
    const at = now();
    if (lastEndMs !== undefined) {
      const passedMs = at - lastEndMs;
      const weight = Math.exp(-passedMs / MEAN_OVER_MS);
      recent = { ends: recent.ends * weight + 1, ms: recent.ms * weight + passedMs };
    }
    lastEndMs = at;
  };

  const pump = (): void => {
    for (const entry of queue) {
      if (running >= concurrency) return; // whoever ends goes on
      if (!turns.hasTime()) {
        if (!isPumping) {
          isPumping = true;
          turns.onNext(() => {
            isPumping = false;
            pump();
          });
        }
        return;
      }
      queue.delete(entry);
      clearTimeout(entry.timer);
      entry.begin();
    }
  };

  const start = async <T>(work: () => Promise<T>): Promise<T> => {
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
      measure();
      if (queue.size > 0) pump();
    }
  };

  return {
    isFull,
    waiting: () => queue.size,
    run: <T>(work: () => Promise<T>): Promise<T> => {
      if (queue.size === 0 && running < concurrency && turns.hasTime()) return start(work);
      if (isFull()) return Promise.reject(busy());
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const entry: Entry = {
        begin: () => void start(work).then(resolve, reject),
        refuse: () => {
          queue.delete(entry);
          reject(busy());
        },
        timer: setTimeout(() => entry.refuse(), maxWaitMs),
      };
      queue.add(entry);
      pump();
      return promise;
    },
  };
};
