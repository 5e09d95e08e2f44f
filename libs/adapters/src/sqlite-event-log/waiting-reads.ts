/**
 * Who waits for records of a partition. Appends of this process wake the waiters at once; appends of others are seen in SQLite's data version, which is
 * looked at while somebody waits and only then. Waits keep no process alive.
 */
export interface WaitingReads {
  /** From the moment of this call on, no append goes unnoticed. */
  wait(partition: number, timeoutMs: number): Wait;
  wake(partitions: Iterable<number>): void;
  /** Ends all waits. */
  close(): void;
}

export interface Wait {
  /** When there may be records, the time is up or the log closes. */
  readonly end: Promise<void>;
  cancel(): void;
}

const POLL_MS = 20;
/** A longer timer would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** @param dataVersion changes when another connection has written. */
export const waitingReads = (dataVersion: () => number): WaitingReads => {
  const waiters = new Map<() => void, number>();
  let seen = 0;
  let polling: NodeJS.Timeout | undefined;

  const poll = (): void => {
    let version: number;
    try {
      version = dataVersion();
    } catch {
      version = Number.NaN; // unlike any: the reads that are woken meet the error themselves
    }
    if (version === seen) return;
    seen = version;
    for (const end of [...waiters.keys()]) end();
  };

  const startPolling = (): void => {
    if (polling !== undefined) return;
    seen = dataVersion();
    polling = setInterval(poll, POLL_MS).unref();
  };

  const forget = (end: () => void): void => {
    waiters.delete(end);
    if (waiters.size > 0) return;
    clearInterval(polling);
    polling = undefined;
  };

  return {
    wait(partition, timeoutMs) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const finish = (): void => {
        clearTimeout(timer);
        forget(finish);
        resolve();
      };
      startPolling();
      const timer = setTimeout(finish, Math.min(timeoutMs, LONGEST_MS)).unref();
      waiters.set(finish, partition);
      return { end: promise, cancel: finish };
    },
    wake(partitions) {
      const grown = new Set(partitions);
      for (const [end, partition] of [...waiters]) if (grown.has(partition)) end();
    },
    close() {
      for (const end of [...waiters.keys()]) end();
    },
  };
};
