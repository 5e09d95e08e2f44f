/** Waits that a signal ends at once. */
import { setTimeout } from 'node:timers/promises';

/** The same promise, rejected with the signal's reason once it aborts. The work itself goes on. */
export const untilAborted = async <Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> => {
  if (signal === undefined) return work;
  // Nobody may be waiting any more when it fails.
  work.catch(() => {});
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason as Error); // as: whatever it is
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
};

/** A pause that does not keep the process alive and that the signal cuts short, without an error. */
export const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  setTimeout(milliseconds, undefined, { ref: false, signal }).catch(() => undefined);
