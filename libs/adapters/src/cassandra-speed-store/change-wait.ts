/** Waiting for change records: this client's own are known of at once, others' are looked for from time to time. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface ChangeWait {
  /** This client wrote a record. */
  notify(): void;
  /**
   * Asks until something is found, the time is over, or the store is closed.
   * @throws the signal's reason
   */
  until<Found>(ask: () => Promise<readonly Found[]>, waitMs: number, signal: AbortSignal | undefined): Promise<readonly Found[]>;
  close(): void;
}

export const changeWaitOf = (pollMs: number): ChangeWait => {
  const closed = new AbortController();
  const listeners = new Set<() => void>();
  return {
    notify() {
      for (const heard of listeners) heard();
    },
    async until(ask, waitMs, signal) {
      const endMs = performance.now() + waitMs;
      for (;;) {
        signal?.throwIfAborted();
        const woken = new AbortController();
        const wake = (): void => woken.abort();
        // From before the question on, so that no record comes between it and the wait.
        listeners.add(wake);
        try {
          const found = await ask();
          const leftMs = endMs - performance.now();
          if (found.length > 0 || leftMs <= 0) return found;
          const ended = AbortSignal.any([woken.signal, closed.signal, ...(signal ? [signal] : [])]);
          // Whatever ends it early, the next turn finds out.
          await sleep(Math.min(pollMs, leftMs), undefined, { signal: ended }).catch(() => undefined);
        } finally {
          listeners.delete(wake);
        }
      }
    },
    close: () => closed.abort(),
  };
};
