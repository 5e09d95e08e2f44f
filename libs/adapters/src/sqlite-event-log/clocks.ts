/**
 * Whether a process may stamp records. Stamps only go up, so one of a clock that is days ahead could not be taken back. All processes that have a log's
 * file open run on one machine, because SQLite's write-ahead log needs shared memory: so time since its start (uptime), which nobody sets, is common to
 * them, and says what another process's clock should read by now.
 *
 * Refused is who is ahead of more processes that wrote lately than agree with it. A process whose clock has gone on as time did since it was last
 * trusted agrees with itself: one that comes in with a clock that is behind makes nobody else refuse. Where nobody else wrote lately, nobody can know.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { ClockAheadError } from '@rushes/ports';
import type { LogFile } from './log-file.ts';

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

/**
 * The clock of one open log among those of the others that have it open. Each leaves its reading in the file with what it writes, and compares itself
 * with the others' before.
 */
export interface OwnClock {
  /**
   * `work` for a transaction, done only if the clock may be trusted. Either way the transaction commits, because a reading that is refused has to be left
   * too: it says that this process does not vouch for what it read before.
   */
  guard<Result>(work: (nowMs: number) => Result): () => Result | ClockAheadError;
}

export interface Clocks {
  readonly now: () => number;
  readonly uptimeMs: () => number;
  readonly boot: string;
}

/** Linux names each start of the machine. Elsewhere uptimes of an earlier start mislead for as long as a reading counts, at most. */
const bootOfMachine = (): string => {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
};

/** @param uptimeMs default: the machine's, or with a clock that was given instead of the system's, that one. */
export const clocksOf = (now: () => number = Date.now, uptimeMs?: () => number): Clocks => {
  if (uptimeMs !== undefined) return { now, uptimeMs, boot: '' };
  return now === Date.now ? { now, uptimeMs: () => uptime() * 1000, boot: bootOfMachine() } : { now, uptimeMs: now, boot: '' };
};

/** A reading is written anew after so long: each one adds a page to a commit. */
const REWRITE_MS = 1_000;

export const ownClock = (file: LogFile, { now, uptimeMs, boot }: Clocks): OwnClock => {
  const writer = randomUUID();
  const { database } = file;
  const others = database.prepare('SELECT wall_ms, uptime_ms, boot FROM writers WHERE trusted = 1 AND writer <> ?');
  const put = database.prepare('INSERT OR REPLACE INTO writers (writer, wall_ms, uptime_ms, boot, trusted) VALUES (?, ?, ?, ?, ?)');
  const forget = database.prepare('DELETE FROM writers WHERE boot <> ? OR uptime_ms < ?');
  let trusted: Reading | undefined;
  let written: (Reading & { readonly isTrusted: boolean }) | undefined;

  const leave = (own: Reading, isTrusted: boolean): void => {
    const isStill =
      written?.isTrusted === isTrusted &&
      own.uptimeMs - written.uptimeMs < REWRITE_MS &&
      Math.abs(own.wallMs - written.wallMs) < CLOCK_LIMIT_MS / 2;
    if (isStill) return;
    forget.run(boot, own.uptimeMs - FRESH_MS);
    put.run(writer, own.wallMs, own.uptimeMs, boot, isTrusted ? 1 : 0);
    written = { ...own, isTrusted };
  };

  return {
    guard: (work) => () => {
      const own: Reading = { wallMs: Math.floor(now()), uptimeMs: Math.floor(uptimeMs()), boot };
      const readings = others
        .all(writer)
        .map((row) => ({ wallMs: Number(row['wall_ms']), uptimeMs: Number(row['uptime_ms']), boot: String(row['boot']) }));
      const aheadMs = untrustedAheadMs(own, trusted, readings);
      leave(own, aheadMs === undefined);
      if (aheadMs !== undefined) return new ClockAheadError(file.path, aheadMs);
      trusted = own;
      return work(own.wallMs);
    },
  };
};

/** What a guarded transaction came to. */
export const unlessAhead = <Result>(result: Result | ClockAheadError): Result => {
  if (result instanceof ClockAheadError) throw result;
  return result;
};
