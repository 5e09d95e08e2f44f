/** Typed lines whose keys are in no order: of the lines with the same key the first one stays, the others go to quarantine. */
import { type Column, quoteIdentifier } from '@rushes/ports/batch-engine';
import type { SilverTable } from './silver-tables.ts';

/** What the checks of one data set are called in the engine. */
export interface CheckedNames {
  /** A row per line: `line_number`, the typed columns, `fault`. */
  readonly checked: string;
  /** The keys that several lines have, with `first_line`. */
  readonly repeated: string;
  /** Joins the two, as `c` and `r`. */
  readonly sameKey: string;
}

export const namesOf = ({ name, key }: SilverTable): CheckedNames => ({
  checked: `scratch.${name}_checked`,
  repeated: `scratch.${name}_repeated`,
  sameKey: key.map((column) => `r.${quoteIdentifier(column)} = c.${quoteIdentifier(column)}`).join(' AND '),
});

export const repeatedSelect = (silver: SilverTable, { checked }: CheckedNames): string => {
  const key = silver.key.map(quoteIdentifier).join(', ');
  return `SELECT ${key}, min(line_number) AS first_line FROM ${checked} WHERE fault IS NULL GROUP BY ${key} HAVING count(*) > 1`;
};

export const keptSelect = ({ checked, repeated, sameKey }: CheckedNames, columns: readonly Column[]): string =>
  `SELECT ${columns.map((column) => `c.${quoteIdentifier(column.name)}`).join(', ')} FROM ${checked} c ` +
  `WHERE c.fault IS NULL AND NOT EXISTS (SELECT 1 FROM ${repeated} r WHERE ${sameKey} AND c.line_number > r.first_line)`;
