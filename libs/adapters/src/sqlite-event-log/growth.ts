/**
 * Waiting for partitions to grow. Appends of this process wake who waits at once; appends of others show in SQLite's data version, which is polled while
 * somebody waits and only then. Waits keep no process alive.
 */
export interface Listening {
  /** Resolves when one of the partitions may have grown, the signal aborts or the log closes. */
  readonly end: Promise<void>;
  /** To be called in any case. */
  readonly finish: () => void;
}

export interface Growth {
  /** From this call on, no append goes unnoticed: look for records after it, then wait. */
  listen(partitions: ReadonlySet<number>, signal: AbortSignal): Listening;
  /** These partitions have grown. */
  wake(partitions: ReadonlySet<number>): void;
  /** Ends all waits. */
  close(): void;
}

const POLL_MS = 20;

/** @param dataVersion changes when another connection has written. */
export const watchGrowth = (dataVersion: () => number): Growth => {
  /** By what ends the wait: whether growth of these partitions does. */
  const waiting = new Map<() => void, ReadonlySet<number>>();
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
    for (const finish of waiting.keys()) finish();
  };

  return {
    listen(partitions, signal) {
      if (isClosed || signal.aborted) return { end: Promise.resolve(), finish: () => undefined };
      const { promise: end, resolve } = Promise.withResolvers<void>();
      if (polling === undefined) {
        seen = dataVersion();
        polling = setInterval(poll, POLL_MS).unref();
      }
      const finish = (): void => {
        signal.removeEventListener('abort', finish);
        waiting.delete(finish);
        if (waiting.size === 0) {
          clearInterval(polling);
          polling = undefined;
        }
        resolve();
      };
      signal.addEventListener('abort', finish);
      waiting.set(finish, partitions);
      return { end, finish };
    },
    wake(grown) {
      for (const [finish, partitions] of waiting) if ([...grown].some((one) => partitions.has(one))) finish();
    },
    close() {
      isClosed = true;
      for (const finish of waiting.keys()) finish();
    },
  };
};
