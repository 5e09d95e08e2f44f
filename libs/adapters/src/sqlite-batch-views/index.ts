export { openSqliteBatchViews, type SqliteBatchViewsOptions } from './open-store.ts';
