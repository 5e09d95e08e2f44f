/** A bound on how long somebody waits. The work itself is not stopped: others may wait for it, and it holds what it reads. */

/** What `work` gives, or a failure by `late` after `ms` milliseconds. */
export const withDeadline = async <T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
};
