/**
 * The one log: whatever changes after the historical import is appended here, stamped once, and kept for the retention. Records of a partition have
 * ascending offsets (not necessarily without holes) and never change. Barriers are control records that batch runs append to cut all partitions.
 */
import { type LogOffsets, type LogPartition, offsetAt, type OffsetVector } from '@rushes/domain';
import type { CallOptions } from './call-options.ts';

/** Where a record's append stands in a trace, as https://www.w3.org/TR/trace-context/ writes it. It is no part of the record: nothing that is made of records depends on it. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
}

export interface NewRecord {
  readonly partition: LogPartition;
  /** The movie: what the partition was chosen by. */
  readonly key: string;
  /** The event's id, unique to what happened: a retry carries the same. */
  readonly id: string;
  /** The event's text. */
  readonly value: string;
  /** Kept only where the log was opened to trace. */
  readonly trace?: TraceContext | undefined;
}

interface Stamped {
  readonly offset: number;
  /** By the log's clock. May be lower than that of a record before: readers take the highest so far. */
  readonly appendedAtMs: number;
}

export interface EventRecord extends Stamped {
  readonly kind: 'event';
  readonly key: string;
  readonly id: string;
  readonly value: string;
  /** Given by `follow` alone, where the log was opened to trace. A hint: it may be missing, and was perhaps written by somebody else. */
  readonly trace?: TraceContext | undefined;
}

export interface BarrierRecord extends Stamped {
  readonly kind: 'barrier';
  readonly number: number;
}

export type LogRecord = EventRecord | BarrierRecord;

/** Where a record was put. When that was, its readers see. */
export interface Appended {
  readonly partition: LogPartition;
  readonly offset: number;
}

/** Where every partition begins and ends, the dead letters included. */
export interface Bounds {
  /** No record is gone from here on: the offset of the oldest that is still there, or one before it where a log was begun anew; `next` if there is none. */
  readonly earliest: LogOffsets;
  /** The offset that the next record will have at least. */
  readonly next: LogOffsets;
}

/** One partition's bounds. */
export const boundsAt = (bounds: Bounds, partition: LogPartition): { readonly earliest: number; readonly next: number } => ({
  earliest: offsetAt(bounds.earliest, partition),
  next: offsetAt(bounds.next, partition),
});

/** What following a partition gave. */
export type Followed =
  | {
      readonly partition: LogPartition;
      /** In the order of their offsets. May be empty: that says nothing about the end of the partition. */
      readonly records: readonly LogRecord[];
      /** All records before this offset were given: where to go on, also if the last of the records lies further back. */
      readonly next: number;
    }
  /** The partition is followed no further. */
  | { readonly partition: LogPartition; readonly fault: OffsetTrimmedError | LogTruncatedError | RecordDamagedError };

export interface EventLog {
  /** Where the log is, for messages. */
  readonly location: string;
  /**
   * Which log it is: given when it is made, never changed, the same for all processes. Offsets mean anything only together with it; another log in the
   * place of a lost one has another.
   */
  readonly id: string;
  readonly retentionMs: number;
  /**
   * Appends all records, or throws and has appended none or some: a retry with the same ids makes duplicates, which readers rule out.
   * @throws StoreBusyError, ClockAheadError: nothing was appended.
   */
  append(records: readonly NewRecord[]): Promise<readonly Appended[]>;
  /** Throws if an append would be refused now: the log is locked, damaged, or the disk is full. Appends no record. */
  checkWritable(): Promise<void>;
  /** Appends barrier `number` to every partition. It may fail after some: a barrier counts where it is read. */
  appendBarrier(number: number): Promise<void>;
  /**
   * Records of all partitions that are keys of `from`, from these offsets on, as they come: one call for all of them. No partition waits for another that
   * has much to give. Ends only when the signal aborts, and then without an error; at the end of the log it waits, without keeping the process alive.
   * A partition that cannot be followed, because records are gone, because `from` lies behind its end (the log lost what was there), or because a record
   * is damaged, gives a fault after what lies before; the others go on.
   * @throws what keeps the whole log from being read. What was given stays valid: follow again from the last `next`.
   */
  follow(from: LogOffsets, signal: AbortSignal): AsyncIterable<Followed>;
  /**
   * All records from `from` on, before `to`, oldest first, in batches that may be empty. Ends only when it has come to `to`: whatever keeps it from there is
   * an error, after the records before it. Not even looked for are records where `to` is not above `from`.
   * @throws OffsetTrimmedError, LogTruncatedError, RecordDamagedError.
   */
  range(partition: LogPartition, from: number, to: number, options?: CallOptions): AsyncIterable<readonly LogRecord[]>;
  /** Of all partitions at once. */
  bounds(options?: CallOptions): Promise<Bounds>;
  /** Of each partition that has a time: the first offset whose record was appended then or later; its next offset if there is none. */
  offsetsAtTime(timesMs: Readonly<Partial<Record<LogPartition, number>>>, options?: CallOptions): Promise<LogOffsets>;
  /**
   * Removes records older than the retention, but none at or after `keepFrom`, and none of partitions that it does not name. Nothing else ever removes any:
   * a server's own retention has to be off. Returns how many were removed.
   */
  trim(keepFrom: OffsetVector): Promise<number>;
  close(): Promise<void>;
}

/** A record is not what was appended. Whoever reads the partition stops there: what it said is not known, and it may not be skipped. */
export class RecordDamagedError extends Error {
  override readonly name = 'RecordDamagedError';
  readonly partition: LogPartition;
  readonly offset: number;
  constructor(location: string, partition: LogPartition, offset: number, wayOut: string) {
    super(
      `the record at offset ${offset} of ${partition} in ${location} was changed since it was appended (its checksum does not fit): ${wayOut}`,
    );
    this.partition = partition;
    this.offset = offset;
  }
}

/** Records that were asked for are not in the log any more. */
export class OffsetTrimmedError extends Error {
  override readonly name = 'OffsetTrimmedError';
  readonly partition: LogPartition;
  readonly from: number;
  readonly earliest: number;
  constructor(location: string, partition: LogPartition, from: number, earliest: number) {
    super(`${partition} in ${location} begins at offset ${earliest}: what lay from ${from} on is gone`);
    this.partition = partition;
    this.from = from;
    this.earliest = earliest;
  }
}

/** The log ends before an offset that was given before: it lost its tail, or is another log. What is appended next would get offsets that were used. */
export class LogTruncatedError extends Error {
  override readonly name = 'LogTruncatedError';
  readonly partition: LogPartition;
  readonly offset: number;
  readonly next: number;
  /** @param offset that was asked for. */
  constructor(location: string, partition: LogPartition, offset: number, next: number) {
    super(`${partition} in ${location} ends at offset ${next}, before ${offset}: it has lost records, or is another log`);
    this.partition = partition;
    this.offset = offset;
    this.next = next;
  }
}
