import { exact, filterSql, matches, type Measure, type Where } from './measure.ts';

/** The number of events. */
export const count = (where: Where = {}): Measure<number> => ({
  empty: 0,
  fold: (state, row) => (matches(row, where) ? exact(state + 1) : state),
  merge: (earlier, later) => exact(earlier + later),
  sql: {
    fold: `CAST(count(*)${filterSql(where)} AS BIGINT)`,
    merge: (column, over = '') => `CAST(sum(${column})${over} AS BIGINT)`,
    empty: 'CAST(0 AS BIGINT)',
  },
  definition: ['count', where],
});
