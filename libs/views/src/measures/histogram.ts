import { exact, filterSql, identifier, matches, type Measure, type Where } from './measure.ts';

/** How often each of the bins' values stands in an integer column. Other values are in no bin. */
export const histogram = (column: string, bins: readonly number[], where: Where = {}): Measure<readonly number[]> => ({
  empty: bins.map(() => 0),
  fold: (state, row) => {
    const bin = matches(row, where) ? bins.indexOf(Number(row[column] ?? Number.NaN)) : -1;
    return bin < 0 ? state : state.map((n, at) => (at === bin ? exact(n + 1) : n));
  },
  merge: (earlier, later) => earlier.map((n, at) => exact(n + (later[at] ?? 0))),
  sql: {
    fold: `[${bins.map((bin) => `CAST(count(*)${filterSql({ ...where, [column]: bin })} AS BIGINT)`).join(', ')}]`,
    merge: (state, over = '') => `[${bins.map((_, at) => `CAST(sum(${state}[${at + 1}])${over} AS BIGINT)`).join(', ')}]`,
    empty: `[${bins.map(() => 'CAST(0 AS BIGINT)').join(', ')}]`,
  },
  definition: ['histogram', column, bins, where, identifier(column)],
});
