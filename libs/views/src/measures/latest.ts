import { type Cell, type EventRow, filterSql, identifier, matches, type Measure, type Where } from './measure.ts';

/** `offset`: edits of one partition, the last one counts. `at`: observations by event time, then by offset. */
export type Order = 'offset' | 'at';

/** Values of one event with its place. */
export type Observed<Fields extends string> = { readonly [F in Fields]: Cell } & {
  readonly at_ms: number;
  readonly epoch: number;
  readonly offset: number;
};

/** The SQL types of the columns that may be kept. */
export type ColumnTypes = Readonly<Record<string, 'VARCHAR' | 'BIGINT' | 'BOOLEAN'>>;

const PLACE = ['at_ms', 'epoch', 'offset'] as const;

const observe = <Fields extends string>(row: EventRow, names: readonly string[]): Observed<Fields> =>
  Object.fromEntries(names.map((name) => [name, row[name] ?? null])) as Observed<Fields>; // as: `names` are the fields and the place

/** Whether `a` stands after `b`. */
const isLater = (order: Order, a: Observed<string>, b: Observed<string>): boolean =>
  order === 'at' && a.at_ms !== b.at_ms ? a.at_ms > b.at_ms : a.offset > b.offset;

/** The struct of an event, and what structs are ordered by. `prefix`: the struct's name and a dot, where there is one already. */
const structSql = (names: readonly string[], types: ColumnTypes): string =>
  `{${names.map((name) => `'${name}': CAST(${identifier(name)} AS ${types[name] ?? 'BIGINT'})`).join(', ')}}`;
const orderSql = (order: Order, of: (name: string) => string): string =>
  order === 'at' ? `{'at_ms': ${of('at_ms')}, 'offset': ${of('offset')}}` : of('offset');
const structType = (names: readonly string[], types: ColumnTypes): string =>
  `STRUCT(${names.map((name) => `${identifier(name)} ${types[name] ?? 'BIGINT'}`).join(', ')})`;

/** The named columns of the last event. */
export const latest = <Fields extends string>(
  columns: Readonly<Record<Fields, ColumnTypes[string]>>,
  order: Order,
  where: Where = {},
): Measure<Observed<Fields> | null> => {
  const names = [...Object.keys(columns), ...PLACE];
  const merge = (earlier: Observed<Fields> | null, later: Observed<Fields> | null): Observed<Fields> | null => {
    if (earlier === null || later === null) return earlier ?? later;
    return isLater(order, earlier, later) ? earlier : later;
  };
  return {
    empty: null,
    fold: (state, row) => (matches(row, where) ? merge(state, observe(row, names)) : state),
    merge,
    sql: {
      fold: `arg_max(${structSql(names, columns)}, ${orderSql(order, identifier)})${filterSql(where)}`,
      merge: (state, over = '') =>
        `arg_max(${state}, ${orderSql(order, (name) => `${state}.${identifier(name)}`)}) FILTER (WHERE ${state} IS NOT NULL)${over}`,
      empty: `CAST(NULL AS ${structType(names, columns)})`,
    },
    definition: ['latest', columns, order, where],
  };
};

/** The named columns of the last `n` events by event time, the last one first. */
export const topLatest = <Fields extends string>(
  n: number,
  columns: Readonly<Record<Fields, ColumnTypes[string]>>,
  where: Where = {},
): Measure<readonly Observed<Fields>[]> => {
  const names = [...Object.keys(columns), ...PLACE];
  const merge = (earlier: readonly Observed<Fields>[], later: readonly Observed<Fields>[]): readonly Observed<Fields>[] =>
    [...earlier, ...later].toSorted((a, b) => (isLater('at', a, b) ? -1 : 1)).slice(0, n);
  const sorted = (of: string): string => `coalesce(list_sort(${of}, 'DESC')[1:${n}], [])`;
  /** The order's columns stand first, so that structs compare by them. */
  const ordered = ['at_ms', 'offset', 'epoch', ...Object.keys(columns)];
  return {
    empty: [],
    fold: (state, row) => (matches(row, where) ? merge(state, [observe(row, names)]) : state),
    merge,
    sql: {
      fold: sorted(`list(${structSql(ordered, columns)})${filterSql(where)}`),
      merge: (state, over = '') => sorted(`flatten(list(${state})${over})`),
      empty: `CAST([] AS ${structType(ordered, columns)}[])`,
    },
    definition: ['topLatest', n, columns, where],
  };
};
