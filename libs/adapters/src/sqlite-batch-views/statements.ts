import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Prepared statements of one connection, by their text: the least recently used are let go beyond a bound. Rows come as arrays. */
export interface Statements {
  /** @param slot tells statements of one text apart that are stepped through at the same time. */
  prepare(sql: string, slot?: number): StatementSync;
}

export const statementsOf = (database: DatabaseSync, bound: number): Statements => {
  const kept = new Map<string, StatementSync>();
  return {
    prepare(sql, slot = 0) {
      const name = slot === 0 ? sql : `${sql} -- ${slot}`;
      let statement = kept.get(name);
      if (statement === undefined) {
        statement = database.prepare(sql);
        statement.setReturnArrays(true);
        const oldest = kept.size >= bound ? kept.keys().next().value : undefined;
        if (oldest !== undefined) kept.delete(oldest);
      } else {
        kept.delete(name);
      }
      kept.set(name, statement);
      return statement;
    },
  };
};
