export { beginSqliteEventLog } from './begin-log.ts';
export { openSqliteEventLog, type SqliteEventLogOptions } from './open-log.ts';
