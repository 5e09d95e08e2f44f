export { openSqliteEventLog, type SqliteEventLogOptions } from './open-log.ts';
