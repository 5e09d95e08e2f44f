export { openSqliteSpeedStore, type SqliteSpeedStore, type SqliteSpeedStoreOptions } from './open-store.ts';
