/**
 * The end of a request. The driver has no deadline for an answer that does not come: its option `timeoutMS` does nothing (7.9.0). So this program waits no
 * longer than it says here. The driver is given a signal, by which it gives up the connection that waits: a mere race would leave it taken. The server is told
 * the same bound, so that it stops too.
 */

/** Nothing was heard in time. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  constructor(limitMs: number) {
    super(`no answer within ${limitMs / 1000} s`);
  }
}

/** What a request of the driver is given, spread into its options: the types of writes do not name the signal, but it ends them. */
export interface Ends {
  readonly signal: AbortSignal;
  readonly maxTimeMS: number;
}

/** @throws DeadlineError; the signal's reason; what `work` throws. */
export const within = async <Result>(
  limitMs: number,
  signal: AbortSignal | undefined,
  work: (ends: Ends) => Promise<Result>,
): Promise<Result> => {
  signal?.throwIfAborted();
  const ending = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  const end = (reason: unknown): void => {
    reject(reason);
    ending.abort(reason);
  };
  const atSignal = (): void => end(signal?.reason);
  const timer = setTimeout(() => end(new DeadlineError(limitMs)), limitMs);
  signal?.addEventListener('abort', atSignal, { once: true });
  try {
    const working = work({ signal: ending.signal, maxTimeMS: limitMs });
    working.catch(() => undefined);
    return await Promise.race([working, promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', atSignal);
  }
};
