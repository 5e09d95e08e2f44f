/**
 * Reads that wait for records of a partition. Appends of this process wake them at once; appends of others show in SQLite's data version, which is
 * looked at while somebody waits and only then. Waits keep no process alive.
 */
export interface WaitingReads {
  /** What `look` finds as soon as it finds anything; nothing if that takes longer than `waitMs`, or the log closes. */
  until<Item>(partition: number, waitMs: number, look: () => readonly Item[]): Promise<readonly Item[]>;
  /**
   * Waits until one of these partitions may have grown, the signal aborts or the log closes: then `end` resolves. From this call on, no append goes
   * unnoticed. To be finished in any case.
   */
  listen(partitions: ReadonlySet<number>, signal: AbortSignal): { readonly end: Promise<void>; readonly finish: () => void };
  /** These partitions have grown. */
  wake(partitions: ReadonlySet<number>): void;
  /** Ends all waits. */
  close(): void;
}

const POLL_MS = 20;
/** A longer timer would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** @param dataVersion changes when another connection has written. */
export const waitingReads = (dataVersion: () => number): WaitingReads => {
  /** By what ends the wait: whether growth of these partitions does. */
  const waiters = new Map<() => void, ReadonlySet<number>>();
  let seen = 0;
  let polling: NodeJS.Timeout | undefined;
  let isClosed = false;

  const poll = (): void => {
    let version: number;
    try {
      version = dataVersion();
    } catch {
      version = Number.NaN; // unlike any: the reads that are woken meet the error themselves
    }
    if (version === seen) return;
    seen = version;
    for (const finish of waiters.keys()) finish();
  };

  const wait = (partitions: ReadonlySet<number>, stop: (finish: () => void) => () => void): ReturnType<WaitingReads['listen']> => {
    const { promise: end, resolve } = Promise.withResolvers<void>();
    if (polling === undefined) {
      seen = dataVersion();
      polling = setInterval(poll, POLL_MS).unref();
    }
    const finish = (): void => {
      unstop();
      waiters.delete(finish);
      if (waiters.size === 0) {
        clearInterval(polling);
        polling = undefined;
      }
      resolve();
    };
    waiters.set(finish, partitions);
    const unstop = stop(finish);
    return { end, finish };
  };

  return {
    async until(partition, waitMs, look) {
      const endMs = performance.now() + waitMs;
      let found = look();
      for (;;) {
        const leftMs = endMs - performance.now();
        if (found.length > 0 || !(leftMs > 0) || isClosed) return found;
        const { end, finish } = wait(new Set([partition]), (stop) => {
          const timer = setTimeout(stop, Math.min(leftMs, LONGEST_MS)).unref();
          return () => clearTimeout(timer);
        });
        try {
          found = look();
          if (found.length === 0) await end;
        } finally {
          finish();
        }
        if (found.length === 0 && !isClosed) found = look();
      }
    },
    listen(partitions, signal) {
      if (isClosed || signal.aborted) return { end: Promise.resolve(), finish: () => undefined };
      return wait(partitions, (stop) => {
        signal.addEventListener('abort', stop);
        return () => signal.removeEventListener('abort', stop);
      });
    },
    wake(grown) {
      for (const [finish, partitions] of waiters) if ([...grown].some((one) => partitions.has(one))) finish();
    },
    close() {
      isClosed = true;
      for (const finish of waiters.keys()) finish();
    },
  };
};
