/**
 * Where the speed layer's rows live until batch runs cover them. Of two writes of one row the one with the higher write timestamp stays, whatever
 * order they arrive in; equal timestamps carry equal values. Every row expires, coverage does not. A connection may lose writes that were
 * acknowledged last; `onReconnect` says when that may have happened.
 *
 * Coverage and positions of a partition belong to its owner: a write of either, and `claim`, carry the owner's fence, and a lower fence than any that was
 * seen is refused. Rows and change records need none: whoever writes them writes the same.
 *
 * Everything carries a checksum. What is found to be other than it was written is a lost write: it is never returned, and coverage of the epochs that it may
 * have belonged to is trusted no more from that call on, so that answers say what is missing and the speed layer projects these epochs again.
 */
import type { PartitionId } from '@rushes/domain';

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

/** What one micro-batch did to a partition: all events from `from` up to, not including, `to`, all of one epoch. */
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

/** An expiry that has passed by every clock. */
export const EXPIRED_MS = 0;

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
}

export interface SpeedPosition {
  readonly partition: PartitionId;
  /** The next offset to project. */
  readonly offset: number;
  /** Epoch of the record at `offset`, as far as the barriers before it say. */
  readonly epoch: number;
  /** Offset and time of the barrier that opened the epoch: what write timestamps count from. */
  readonly opening: { readonly offset: number; readonly appendedAtMs: number };
}

export interface SpeedStore {
  /** Where the store is, for messages. */
  readonly location: string;
  /**
   * Makes the store the log's with this id if it is nobody's yet. Returns the id of the log that it belongs to, for ever: its offsets mean records of
   * that one alone. Of racing callers the first decides.
   */
  claimLog(id: string): Promise<string>;
  /** Writes rows that expire after `ttlMs` from now. */
  upsert(rows: readonly TimedRow[], ttlMs: number): Promise<void>;
  /** The rows of one key in epochs above `epoch`. */
  readKey(view: string, key: string, aboveEpoch: number): Promise<readonly SpeedRow[]>;
  /** All rows of a view in epochs above `epoch`, in batches, in no order. */
  scan(view: string, aboveEpoch: number): AsyncIterable<readonly SpeedRow[]>;
  /** Adds a change record; one with the same partition, generation and `from` replaces it. It expires as rows do. */
  appendChange(change: ChangeRecord, ttlMs: number): Promise<void>;
  /** The partition's change records whose `to` lies after an offset, in the order of their offsets, at most `limit`. */
  readChanges(partition: PartitionId, after: number, limit: number): Promise<readonly ChangeRecord[]>;
  /** Calls back when there may be new change records, whoever wrote them. Returns what ends that. */
  onChange(listener: () => void): () => void;
  readCoverage(): Promise<readonly Coverage[]>;
  /** Makes the partition the owner's from now on. `false` if one with a higher fence has it, as below. */
  claim(partition: PartitionId, fence: number): Promise<boolean>;
  /**
   * Written before an epoch's first row. Of one partition and epoch the higher generation stays; of the same generation the later `from`, the
   * earlier expiry and the higher `begun`: of two promises the smaller one is believed.
   */
  putCoverage(coverage: Coverage, fence: number): Promise<boolean>;
  /** Removes the coverage of all epochs up to this one. */
  dropCoverage(upToEpoch: number): Promise<void>;
  readPosition(partition: PartitionId): Promise<SpeedPosition | undefined>;
  putPosition(position: SpeedPosition, fence: number): Promise<boolean>;
  /** Calls back after the connection to the store was lost and is there again. */
  onReconnect(listener: () => void): () => void;
  /** Calls back when something stored was found to be other than it was written, with what that is. Returns what ends that. */
  onDamage(listener: (what: string) => void): () => void;
  close(): Promise<void>;
}
