export { openSqliteSpeedStore, type SqliteSpeedStoreOptions } from './open-store.ts';
