import type { DatabaseSync } from 'node:sqlite';

/** All of `work` or nothing of it. The write lock is taken first, so that what `work` reads cannot change under it. */
export const inTransaction = <Result>(database: DatabaseSync, work: () => Result): Result => {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
};
