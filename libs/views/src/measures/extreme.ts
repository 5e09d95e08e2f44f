import { filterSql, identifier, integerOf, matches, type Measure, type Where } from './measure.ts';

const extreme = (name: 'min' | 'max', column: string, where: Where): Measure<number | null> => {
  const merge = (earlier: number | null, later: number | null): number | null => {
    if (earlier === null || later === null) return earlier ?? later;
    return Math[name](earlier, later);
  };
  return {
    empty: null,
    fold: (state, row) => (matches(row, where) ? merge(state, integerOf(row, column)) : state),
    merge,
    sql: {
      fold: `CAST(${name}(${identifier(column)})${filterSql(where)} AS BIGINT)`,
      merge: (state, over = '') => `${name}(${state})${over}`,
      empty: 'CAST(NULL AS BIGINT)',
    },
    definition: [name, column, where],
  };
};

/** The least value of an integer column, null without one. */
export const min = (column: string, where: Where = {}): Measure<number | null> => extreme('min', column, where);

/** The greatest value of an integer column, null without one. */
export const max = (column: string, where: Where = {}): Measure<number | null> => extreme('max', column, where);
