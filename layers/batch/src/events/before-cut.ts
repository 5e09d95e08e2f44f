/** Conditions on tables of events by the places of their rows in the log. */
import { offsetAt, type OffsetVector, PARTITIONS, type PartitionId } from '@rushes/domain';
import { quoteLiteral } from '@rushes/ports/batch-engine';

const inEach = (condition: (partition: PartitionId) => string): string =>
  `(${PARTITIONS.map((partition) => `("partition" = ${quoteLiteral(partition)} AND ${condition(partition)})`).join(' OR ')})`;

/** Rows before these offsets. */
export const beforeCut = (cut: OffsetVector): string => inEach((partition) => `"offset" < ${offsetAt(cut, partition)}`);

/** Rows from the first offsets on, before the second. */
export const betweenCuts = (from: OffsetVector, to: OffsetVector): string =>
  inEach((partition) => `"offset" >= ${offsetAt(from, partition)} AND "offset" < ${offsetAt(to, partition)}`);
