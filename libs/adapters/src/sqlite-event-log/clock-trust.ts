/**
 * Whether a process may stamp records. Stamps only go up, so one of a clock that is days ahead could not be taken back. All processes that have a log's
 * file open run on one machine, because SQLite's write-ahead log needs shared memory: so time since its start (uptime), which nobody sets, is common to
 * them, and says what another process's clock should read by now.
 *
 * Refused is who is ahead of more processes that wrote lately than agree with it. A process whose clock has gone on as time did since it was last
 * trusted agrees with itself: one that comes in with a clock that is behind makes nobody else refuse. Where nobody else wrote lately, nobody can know.
 */

/** What a process's clocks read when it last wrote, or wanted to. */
export interface Reading {
  /** Time of day, in milliseconds since 1970. */
  readonly wallMs: number;
  /** Time since the machine's start. */
  readonly uptimeMs: number;
  /** Which start that was: uptimes of different ones cannot be compared. */
  readonly boot: string;
}

/** By how much clocks of processes may differ. */
export const CLOCK_LIMIT_MS = 60_000;
/** So long the reading of another process counts. */
export const FRESH_MS = 600_000;

/** How far `own` is ahead of what `other` would read now. */
const aheadOf = (own: Reading, other: Reading): number => own.wallMs - other.wallMs - (own.uptimeMs - other.uptimeMs);

const isComparable = (own: Reading, other: Reading): boolean => own.boot === other.boot && own.uptimeMs >= other.uptimeMs;

/**
 * By how many milliseconds the clock is ahead if it is not to be trusted.
 * @param trusted its own reading when it was last trusted.
 * @param others trusted readings of other processes.
 */
export const untrustedAheadMs = (own: Reading, trusted: Reading | undefined, others: readonly Reading[]): number | undefined => {
  const comparable = others.filter((other) => isComparable(own, other) && own.uptimeMs - other.uptimeMs <= FRESH_MS);
  const ahead = comparable.map((other) => aheadOf(own, other)).filter((ms) => ms > CLOCK_LIMIT_MS);
  const witnesses = trusted !== undefined && isComparable(own, trusted) ? [...comparable, trusted] : comparable;
  const agreeing = witnesses.filter((other) => Math.abs(aheadOf(own, other)) <= CLOCK_LIMIT_MS);
  return ahead.length > agreeing.length ? Math.min(...ahead) : undefined;
};
