export { openSqliteApiKeys } from './open-store.ts';
