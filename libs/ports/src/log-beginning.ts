import type { LogOffsets, LogPartition } from '@rushes/domain';

import type { LogRecord } from './event-log.ts';

export interface PartitionRecords {
  readonly partition: LogPartition;
  readonly records: readonly LogRecord[];
}

/**
 * How a log begins that takes the place of another one, lost or moved: with records that are kept elsewhere, at the offsets and append times that everybody
 * knows them by. A file is written so directly. A server that gives offsets itself is filled up to each offset with records that say nothing
 * (docs/decisions/0049-moving-a-system.md).
 */
export interface LogBeginning {
  /** From these offsets on the log is complete: what is not among the records never was. */
  readonly earliest: LogOffsets;
  /** From there on; of each partition in the order of their offsets. */
  readonly records: AsyncIterable<PartitionRecords>;
  /** Above every offset that was ever given. What lies between the last record and it stays empty. */
  readonly next: LogOffsets;
  /**
   * Appended at `next` to every partition of events, above every number that was ever used: epochs do not begin again where something is lost. `undefined`: the
   * log has moved as a whole, and goes on in the epoch that it was in.
   */
  readonly barrier: number | undefined;
}

/** A log that was begun and has all its records, but not yet its place: nothing opens it, and it opens as no log. */
export interface BegunLog {
  readonly id: string;
  /** Puts it in its place: from then on it is opened as any log. Returns under which names what was there is kept. */
  takePlace(): Promise<readonly string[]>;
  discard(): Promise<void>;
}

/** `unfinished`: a log that was begun and never took its place. Beginning again begins anew. */
export type LogState = 'absent' | 'unfinished' | 'there';
