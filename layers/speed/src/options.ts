import { MAX_CHANGE_BYTES, SPEED_TTL_MS } from '@rushes/ports';

/** Limits of the speed layer, all of them. */
export interface SpeedOptions {
  /** How long rows live. */
  readonly ttlMs: number;
  /** Coverage ends so much before the rows do: the clocks of this process, of the store and of readers differ by less. */
  readonly clockToleranceMs: number;
  /** Records that are folded and written together at most. */
  readonly batchRecords: number;
  /** What the states of one change record come to at most, by `changeBytes`; a single event may pass it. */
  readonly maxChangeBytes: number;
  /** How long a step of a partition waits for records. */
  readonly waitMs: number;
  /** States of a partition that are kept in memory; others are read back from the store. */
  readonly cachedStates: number;
  /** A member that does not renew for so long loses its partitions. */
  readonly leaseMs: number;
  /** An epoch is projected anew when this share of its time to live is over. */
  readonly renewAtShare: number;
  /** So many versions can be rolled back to without projecting their epochs anew, if nothing expired: coverage before them is dropped. */
  readonly keptEpochs: number;
  /** After so much projecting at a stretch everything else that the process does gets its turn. */
  readonly turnMs: number;
  /** How long a partition rests after a fault of the machinery, first and at most. */
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
}

export const DEFAULT_SPEED_OPTIONS: SpeedOptions = {
  ttlMs: SPEED_TTL_MS,
  clockToleranceMs: 60_000,
  batchRecords: 500,
  maxChangeBytes: MAX_CHANGE_BYTES,
  waitMs: 1000,
  cachedStates: 50_000,
  leaseMs: 10_000,
  renewAtShare: 0.85,
  keptEpochs: 50,
  turnMs: 5,
  firstRetryMs: 200,
  maxRetryMs: 10_000,
};
