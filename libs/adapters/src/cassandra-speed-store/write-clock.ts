/**
 * Write timestamps of what has none of its own: microseconds since 1970, each higher than the one before. One clock for all clients of the process: of two
 * writes of one cell the later one has to win also within a millisecond.
 */
let lastUs = 0;

export const nextTimestampUs = (): bigint => {
  lastUs = Math.max(lastUs + 1, Date.now() * 1_000);
  return BigInt(lastUs);
};
