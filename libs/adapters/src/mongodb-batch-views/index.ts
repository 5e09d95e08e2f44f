export { openMongodbBatchViews, type MongodbBatchViewsOptions } from './open-store.ts';
