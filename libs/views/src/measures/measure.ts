/**
 * What a keyed view keeps of its events: a mergeable aggregate. One declaration gives three executors: a fold (for the speed layer and for proofs), a
 * merge (for serving) and SQL (for the batch layer).
 *
 * Laws, held by property tests: merge is associative and has `empty` as identity; fold(a ++ b) = merge(fold(a), fold(b)); the SQL gives the fold's
 * states; a state survives JSON. States are exact: integers, checked to be safe ones.
 */

export type Cell = string | number | boolean | null;

/** A typed event with its place: the columns of its silver table, among them `offset`, `epoch` and `at_ms`. */
export type EventRow = Readonly<Record<string, Cell>>;

/** Stands for any value of a column but null. */
export const PRESENT = { is: 'present' } as const;

/** Which events a measure, or a whole view, looks at: those with these values in these columns. */
export type Where = Readonly<Record<string, string | number | boolean | typeof PRESENT>>;

export interface Measure<State = unknown> {
  readonly empty: State;
  /** One more event, which has to come after those folded before. */
  fold(state: State, row: EventRow): State;
  /** `later` holds events that come after all of `earlier`. */
  merge(earlier: State, later: State): State;
  readonly sql: MeasureSql;
  /** What names the measure's meaning: two measures with equal definitions compute the same. */
  readonly definition: unknown;
}

export interface MeasureSql {
  /** Aggregate over the rows of a silver table. */
  readonly fold: string;
  /**
   * Aggregate over states in the column of this (quoted) name.
   * @param over ` OVER …`, where it is computed within a window of rows; without it, within groups.
   */
  merge(column: string, over?: string): string;
  /** The state of no events, as a constant of the column's type. */
  readonly empty: string;
}

export class MeasureOverflowError extends RangeError {
  override readonly name = 'MeasureOverflowError';
}

/** @throws MeasureOverflowError beyond ±(2⁵³ − 1), the bound up to which every layer is exact. */
export const exact = (value: number): number => {
  if (!Number.isSafeInteger(value)) throw new MeasureOverflowError(`a measure left the range of exact integers: ${value}`);
  return value;
};

export const matches = (row: EventRow, where: Where): boolean => {
  for (const column in where) {
    const [wanted, value] = [where[column], row[column] ?? null];
    if (wanted === PRESENT ? value === null : value !== wanted) return false;
  }
  return true;
};

export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const literal = (value: string | number | boolean): string =>
  typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);

/** The conditions that a row satisfies. */
export const conditionsSql = (where: Where): readonly string[] =>
  Object.entries(where).map(([column, value]) =>
    typeof value === 'object' ? `${identifier(column)} IS NOT NULL` : `${identifier(column)} = ${literal(value)}`,
  );

/** `FILTER` clause of an aggregate; none if every row counts. */
export const filterSql = (where: Where): string => {
  const conditions = conditionsSql(where);
  return conditions.length === 0 ? '' : ` FILTER (WHERE ${conditions.join(' AND ')})`;
};

/** The value of an integer column, 0 where it is null: as SQL's sums skip nulls. */
export const integerOf = (row: EventRow, column: string): number | null => {
  const value = row[column] ?? null;
  if (value !== null && typeof value !== 'number') throw new TypeError(`the column ${column} holds ${typeof value}s, not integers`);
  return value;
};
