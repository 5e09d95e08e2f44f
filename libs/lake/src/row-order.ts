import type { BatchEngine } from './engine.ts';
import { quoteIdentifier } from './sql-text.ts';

/**
 * Whether the rows of a table come in strictly ascending order of these columns as they are stored, so that they need no sort and no two have the same
 * values. Reads these columns alone. A null is in no order.
 */
export const comesInOrder = async (engine: BatchEngine, table: string, columns: readonly string[]): Promise<boolean> => {
  const names = columns.map((column, at) => ({ name: quoteIdentifier(column), before: quoteIdentifier(`before ${at}`) }));
  const before = names.map(({ name, before: alias }) => `lag(${name}) OVER () AS ${alias}`);
  // What comes before the first that differs is equal.
  const ascends = names.map(({ name, before: alias }, at) =>
    [...names.slice(0, at).map((equal) => `${equal.before} = ${equal.name}`), `${alias} < ${name}`].join(' AND '),
  );
  const [row] = await engine.rows(
    `SELECT count(*) AS faults FROM (SELECT ${names.map(({ name }) => name).join(', ')}, ${before.join(', ')}, row_number() OVER () AS place FROM ${table}) ` +
      `WHERE place > 1 AND NOT coalesce(${ascends.map((one) => `(${one})`).join(' OR ')}, false)`,
  );
  return row?.['faults'] === 0n;
};
