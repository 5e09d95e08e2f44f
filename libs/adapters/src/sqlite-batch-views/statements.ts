import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Prepared statements of one connection, by their text: the least recently used are let go beyond a bound. Rows come as arrays. */
export interface Statements {
  prepare(sql: string): StatementSync;
}

export const statementsOf = (database: DatabaseSync, bound: number): Statements => {
  const kept = new Map<string, StatementSync>();
  return {
    prepare(sql) {
      let statement = kept.get(sql);
      if (statement === undefined) {
        statement = database.prepare(sql);
        statement.setReturnArrays(true);
        const oldest = kept.size >= bound ? kept.keys().next().value : undefined;
        if (oldest !== undefined) kept.delete(oldest);
      } else {
        kept.delete(sql);
      }
      kept.set(sql, statement);
      return statement;
    },
  };
};
