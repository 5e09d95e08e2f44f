/** What tables and views are compared as: plain values by column name, whatever they were read from. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [field: string]: Value };

export type Row = Readonly<Record<string, Value>>;

/** A value as text: texts as they are, the rest as JSON. */
export const textOf = (value: Value | undefined): string =>
  typeof value === 'string' ? value : value === undefined ? 'nothing' : JSON.stringify(value);

/** Text order by code units, which for the ASCII ids of titles and people is every other order too. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Every row under its key; rows that share one stand together, in their order. */
export const groupBy = <T>(rows: readonly T[], keyOf: (row: T) => string): ReadonlyMap<string, readonly T[]> => Map.groupBy(rows, keyOf);
