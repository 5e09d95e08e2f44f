/** How long calls may take, and how they wait. Injected, so that tests need no real time. */
import { setTimeout as sleep } from 'node:timers/promises';

/** All in milliseconds unless the name says otherwise. */
export interface S3Limits {
  /** For a request with its retries, of small objects with all that belongs to the call. Default: 30,000. */
  readonly deadlineMs: number;
  /** Longest time in which no byte moves on a connection; after that the attempt has failed. Default: 15,000. */
  readonly stallMs: number;
  /** For a connection to be made. Default: 5,000. */
  readonly connectMs: number;
  /** For one part of a large file, with its retries. Default: 300,000. */
  readonly partMs: number;
  /** For the server to put the parts of a large object together. Default: 300,000. */
  readonly completeMs: number;
  /** Before the first retry; doubles with each, and is drawn between half of it and all. Default: 100. */
  readonly firstPauseMs: number;
  /** Default: 5,000. */
  readonly longestPauseMs: number;
  /** Size of a part of a large file; what is not larger goes in one request. At least 5 MiB, S3's own limit. Default: 8 MiB. */
  readonly partBytes: number;
  /** Parts of a file that are sent at once, each held in memory. Default: 4. */
  readonly partsAtOnce: number;
}

export const DEFAULT_LIMITS: S3Limits = {
  deadlineMs: 30_000,
  stallMs: 15_000,
  connectMs: 5_000,
  partMs: 300_000,
  completeMs: 300_000,
  firstPauseMs: 100,
  longestPauseMs: 5_000,
  partBytes: 8 << 20,
  partsAtOnce: 4,
};

export interface S3Clock {
  /** Milliseconds that never go back. */
  readonly nowMs: () => number;
  /** Rejects when the signal is aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 to below 1. */
  readonly random: () => number;
}

export const SYSTEM_CLOCK: S3Clock = {
  nowMs: () => performance.now(),
  pause: (ms, signal) => sleep(ms, undefined, { signal }),
  random: Math.random,
};
