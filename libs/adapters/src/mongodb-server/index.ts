export { checkMongodb } from './check.ts';
export type { MongodbLimits, MongodbOptions, MongodbTls } from './options.ts';
