import { quoteIdentifier } from '@rushes/ports/batch-engine';

/**
 * Counts the rows (`faults`) that do not come in strictly ascending order of these columns after the one before them, as the rows of a file are stored. Reads
 * these columns alone. A null is in no order.
 * @param rows what has them: a table, or a table function.
 */
export const orderFaultsSelect = (rows: string, columns: readonly string[]): string => {
  const names = columns.map((column, at) => ({ name: quoteIdentifier(column), before: quoteIdentifier(`before ${at}`) }));
  const before = names.map(({ name, before: alias }) => `lag(${name}) OVER () AS ${alias}`);
  // What comes before the first that differs is equal.
  const ascends = names.map(({ name, before: alias }, at) =>
    [...names.slice(0, at).map((equal) => `${equal.before} = ${equal.name}`), `${alias} < ${name}`].join(' AND '),
  );
  return (
    `SELECT count(*) AS faults FROM (SELECT ${names.map(({ name }) => name).join(', ')}, ${before.join(', ')}, row_number() OVER () AS place FROM ${rows}) ` +
    `WHERE place > 1 AND NOT coalesce(${ascends.map((one) => `(${one})`).join(' OR ')}, false)`
  );
};
