/**
 * Reads that wait for records of a partition. Appends of this process wake them at once; appends of others show in SQLite's data version, which is
 * looked at while somebody waits and only then. Waits keep no process alive.
 */
export interface WaitingReads {
  /** What `look` finds as soon as it finds anything; nothing if that takes longer than `waitMs`, or the log closes. */
  until<Item>(partition: number, waitMs: number, look: () => readonly Item[]): Promise<readonly Item[]>;
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
  const waiters = new Map<() => void, number>();
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

  /** Waits until there may be records. From this call on, no append goes unnoticed. */
  const wait = (partition: number, timeoutMs: number): { readonly end: Promise<void>; readonly finish: () => void } => {
    const { promise: end, resolve } = Promise.withResolvers<void>();
    if (polling === undefined) {
      seen = dataVersion();
      polling = setInterval(poll, POLL_MS).unref();
    }
    const finish = (): void => {
      clearTimeout(timer);
      waiters.delete(finish);
      if (waiters.size === 0) {
        clearInterval(polling);
        polling = undefined;
      }
      resolve();
    };
    const timer = setTimeout(finish, Math.min(timeoutMs, LONGEST_MS)).unref();
    waiters.set(finish, partition);
    return { end, finish };
  };

  return {
    async until(partition, waitMs, look) {
      const endMs = performance.now() + waitMs;
      let found = look();
      for (;;) {
        const leftMs = endMs - performance.now();
        if (found.length > 0 || !(leftMs > 0) || isClosed) return found;
        const { end, finish } = wait(partition, leftMs);
        try {
          found = look();
          if (found.length === 0) await end;
        } finally {
          finish();
        }
        if (found.length === 0 && !isClosed) found = look();
      }
    },
    wake(partitions) {
      for (const [finish, partition] of waiters) if (partitions.has(partition)) finish();
    },
    close() {
      isClosed = true;
      for (const finish of waiters.keys()) finish();
    },
  };
};
