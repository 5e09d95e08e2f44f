/**
 * Times to live. Cassandra counts whole seconds from the server's now, and takes 0 for ever: what is not above 0 is refused before. Rows must not go before
 * their coverage has expired, which the writer's clock measured: they live longer by a 2,880th (a minute in 48 hours), for whole seconds and for clocks that
 * differ.
 */
const MS_PER_S = 1_000;
const MARGIN = 2_880;
/** Cassandra's limit: 20 years. */
const MOST_S = 630_720_000;

/** @throws RangeError unless it is more than 0 and at most 20 years. Returns whole seconds. */
export const ttlSeconds = (ttlMs: number): number => {
  if (!(ttlMs > 0)) throw new RangeError(`a time to live of ${ttlMs} ms: give more than 0`);
  const seconds = ttlMs / MS_PER_S;
  const whole = Math.ceil(seconds) + Math.floor(seconds / MARGIN);
  if (whole > MOST_S) throw new RangeError(`a time to live of ${ttlMs} ms: give at most 20 years`);
  return whole;
};
