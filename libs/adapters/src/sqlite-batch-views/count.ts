import type { Condition } from '@rushes/ports';
import { cells, type OpenFile } from './open-file.ts';
import { conditionSql, isCovered, isRangeOf } from './conditions.ts';
import { inPartitions } from './list-sql.ts';
import { type OrderIndex, quoted } from './physical-layout.ts';
import { type Effort, narrow } from './plan.ts';

/** The index on which a count passes the fewest entries, as far as that can be told: one that covers all conditions, bounded by one of them if possible. */
const indexFor = ({ physical, facts }: OpenFile, where: readonly Condition[]): OrderIndex | undefined => {
  const covering = physical.orders.filter((index) => where.every((condition) => isCovered(condition, facts.resolve, index)));
  return covering.find((index) => where.some((condition) => isRangeOf(condition, index))) ?? covering[0];
};

/** The exact number of rows that satisfy the conditions, which must have been checked; `undefined` if counting would take longer than the effort allows. */
export const countRows = (file: OpenFile, where: readonly Condition[], effort: Effort): number | undefined => {
  const narrowed = narrow(file.physical.layout, where, file.facts);
  const rows = narrowed.partitions.reduce((sum, partition) => sum + partition.rows, 0);
  if (rows === 0 || narrowed.where.length === 0) return rows;
  if (effort === 'quick' && rows > file.facts.limits.walkBudget) return undefined;
  const index = indexFor(file, narrowed.where);
  const conditions = [
    inPartitions(narrowed.partitions),
    ...narrowed.where.map((condition) => conditionSql(condition, file.facts.resolve, index)),
  ];
  const from = index ? `INDEXED BY ${quoted(index.name)}` : 'NOT INDEXED';
  const sql = `SELECT count(*) FROM entries e ${from} WHERE ${conditions.map((condition) => condition.text).join(' AND ')}`;
  return Number(cells(file.statements.prepare(sql).get(...conditions.flatMap((condition) => condition.values)))?.[0]);
};
