import { exact, filterSql, identifier, integerOf, matches, type Measure, type Where } from './measure.ts';

/** The sum of an integer column; nulls add nothing. */
export const sum = (column: string, where: Where = {}): Measure<number> => ({
  empty: 0,
  fold: (state, row) => (matches(row, where) ? exact(state + (integerOf(row, column) ?? 0)) : state),
  merge: (earlier, later) => exact(earlier + later),
  sql: {
    fold: `CAST(coalesce(sum(${identifier(column)})${filterSql(where)}, 0) AS BIGINT)`,
    merge: (state, over = '') => `CAST(sum(${state})${over} AS BIGINT)`,
    empty: 'CAST(0 AS BIGINT)',
  },
  definition: ['sum', column, where],
});
