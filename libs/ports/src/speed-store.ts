/**
 * Where the speed layer's rows live until batch runs cover them. Of two writes of one row the one with the higher write timestamp stays, whatever
 * order they arrive in; equal timestamps carry equal values. Every row expires, coverage does not. Acknowledged writes are kept, in their order: what a
 * store loses in a crash is the end.
 *
 * Coverage and positions of a partition belong to its owner: they are written under the fence that its claim was answered with (see `Owners`), and a write
 * under any other is refused. Rows and change records need none: whoever writes them writes the same.
 *
 * Everything carries a checksum. What is found to be other than it was written is a lost write: it is never returned, and coverage of the epochs that it may
 * have belonged to is trusted no more from that call on, so that answers say what is missing and the speed layer projects these epochs again.
 */
import type { OffsetVector, PartitionId } from '@rushes/domain';

import type { Ownership } from './owners.ts';
import { StoreUnavailable } from './store-errors.ts';

/** Names one row. */
export interface SpeedKey {
  /** The view's name with the hash of its definition. */
  readonly view: string;
  readonly key: string;
  readonly epoch: number;
  readonly partition: PartitionId;
  /** 0, or more after each renewal of the epoch. */
  readonly generation: number;
}

/** The absolute state of one key's events of one epoch in one partition, and offset and append time of the last of them: one cell. */
export interface SpeedRow extends SpeedKey {
  readonly state: string;
  readonly lastOffset: number;
  readonly appendedAtMs: number;
}

export interface TimedRow extends SpeedRow {
  /** Write timestamp in microseconds. */
  readonly timestampUs: number;
}

/**
 * What one micro-batch did to a partition: all events from `from` up to, not including, `to`, all of one epoch. A writer that goes on from an earlier position
 * cuts its micro-batches elsewhere: records may overlap, and say the same of what they share.
 */
export interface ChangeRecord {
  readonly partition: PartitionId;
  readonly from: number;
  readonly to: number;
  readonly epoch: number;
  readonly generation: number;
  /** Append time of the last record. */
  readonly appendedAtMs: number;
  readonly rows: readonly SpeedRow[];
}

/** What the rows of one change record may come to, see `changeBytes`: a server keeps a record as few mutations, and their size is limited. */
export const MAX_CHANGE_BYTES = 4 * 1024 * 1024;

/** What a row counts for against `MAX_CHANGE_BYTES`: about as much as it may take as JSON in UTF-8. */
export const changeBytes = ({ view, key, state }: SpeedRow): number => 64 + 3 * (view.length + key.length + state.length);

/** An expiry that has passed by every clock. */
export const EXPIRED_MS = 0;

/** When an epoch without rows expires. */
export const NEVER_MS = Number.MAX_SAFE_INTEGER;

/** How long rows live. Twelve runs of four hours have to fail before one is missing. */
export const SPEED_TTL_MS = 48 * 3_600_000;

/** From which offset on an epoch is complete in the store, and until when. */
export interface Coverage {
  readonly partition: PartitionId;
  readonly epoch: number;
  readonly generation: number;
  /** Offset of the epoch's first record that is projected. */
  readonly from: number;
  /** Not trusted from this instant on: the first write's time plus the time to live. `EXPIRED_MS` once rows may have been removed, whatever clock says when. */
  readonly expiresAtMs: number;
  /** The highest generation under which rows may have been written, whole or in part: a renewal takes the next. */
  readonly begun: number;
  /** The write timestamp of this generation's rows less their last offset, in microseconds since 1970: written once, so the same for every writer. */
  readonly baseUs: number;
}

export interface SpeedPosition {
  readonly partition: PartitionId;
  /** The next offset to project. */
  readonly offset: number;
  /** Epoch of the record at `offset`, as far as the barriers before it say. */
  readonly epoch: number;
  /** Offset and time of the barrier that opened the epoch: what the base of its first generation is made from. */
  readonly opening: { readonly offset: number; readonly appendedAtMs: number };
}

/** Where a partition stands. */
export interface PartitionProgress extends Ownership {
  readonly position: SpeedPosition | undefined;
  /** One for each epoch, in their order. */
  readonly coverage: readonly Coverage[];
}

export interface Claimed {
  /** Id of the log that the store belongs to, for ever. */
  readonly log: string;
  /** When it was claimed, by the clock of whoever did, in milliseconds since 1970. */
  readonly claimedAtMs: number;
}

export interface ChangeQuery {
  /** Records of each partition at most: the first ones. */
  readonly limit: number;
  /** How long to wait for the first record if there is none, in milliseconds. Default: not at all. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Nobody knows whether a write happened: its answer was lost. What it was about is in doubt until it is read again, and nothing else is: whoever owns the
 * partition reads its progress and goes on from there, and does not write the same again before.
 */
export class WriteInDoubtError extends StoreUnavailable {
  override readonly name = 'WriteInDoubtError';
}

export interface SpeedStore {
  /** Where the store is, for messages. */
  readonly location: string;
  /**
   * Makes the store the log's with this id if it is nobody's yet, and returns whose it is: its offsets mean records of that log alone. Of racing callers the
   * first decides.
   */
  claimLog(id: string): Promise<Claimed>;
  /** Writes rows that expire after `ttlMs` from now. */
  upsert(rows: readonly TimedRow[], ttlMs: number): Promise<void>;
  /** The rows of these keys that are there, in no order. */
  readRows(keys: readonly SpeedKey[]): Promise<readonly SpeedRow[]>;
  /** All rows of a view in epochs above `epoch`, in batches, in no order. */
  scan(view: string, aboveEpoch: number): AsyncIterable<readonly SpeedRow[]>;
  /**
   * Adds a change record; one with the same partition and `to` replaces it. It expires as rows do.
   * @throws RangeError if its rows come to more than `MAX_CHANGE_BYTES`.
   */
  appendChange(change: ChangeRecord, ttlMs: number): Promise<void>;
  /**
   * Change records whose `to` lies after the partition's offset in `after`, of all partitions that have one there, in the order of `to` within each.
   * Rejects with the signal's reason once it aborts.
   */
  changesAfter(after: OffsetVector, query: ChangeQuery): Promise<readonly ChangeRecord[]>;
  /** Where all partitions stand that something is known of. What is told of one partition was so at one moment. */
  progress(): Promise<readonly PartitionProgress[]>;
  /**
   * Written before an epoch's first row. `false`: the fence is not the partition's, and nothing was written. Of one partition and epoch the higher generation
   * stays; of the same generation `from` and `baseUs` as they were first written, the earlier expiry, and the higher `begun`.
   */
  putCoverage(coverage: Coverage, fence: number): Promise<boolean>;
  /** Removes the coverage of a partition's epochs up to this one. `false` as above. */
  dropCoverage(partition: PartitionId, upToEpoch: number, fence: number): Promise<boolean>;
  /** `false` as above. */
  putPosition(position: SpeedPosition, fence: number): Promise<boolean>;
  /** Calls back when something stored was found to be other than it was written, with what that is. Returns what ends that. */
  onDamage(listener: (what: string) => void): () => void;
  close(): Promise<void>;
}
