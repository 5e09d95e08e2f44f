export { ArtefactFaultError } from './errors.ts';
export { openSqliteBatchViews, type SqliteBatchViewsOptions } from './open-store.ts';
