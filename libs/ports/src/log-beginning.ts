import type { LogPartition, OffsetVector } from '@rushes/domain';

import type { LogRecord } from './event-log.ts';

export interface PartitionRecords {
  readonly partition: LogPartition;
  readonly records: readonly LogRecord[];
}

/**
 * How a log begins that takes the place of a lost one: with what is kept of it elsewhere, at the offsets that everybody knows it by. For logs that can be
 * written at chosen offsets, which servers cannot: one that gives offsets itself begins with a new identity alone, and cuts are counted anew from there.
 */
export interface LogBeginning {
  /** From these offsets on the log is complete: what is not among the records never was. */
  readonly earliest: OffsetVector;
  /** From there on; of each partition in the order of their offsets. */
  readonly records: AsyncIterable<PartitionRecords>;
  /** Above every offset that was ever given: the barrier goes there. What lies between stays empty. */
  readonly next: OffsetVector;
  /** Appended to every partition, above every number that was ever used: epochs do not begin again. */
  readonly barrier: number;
}
