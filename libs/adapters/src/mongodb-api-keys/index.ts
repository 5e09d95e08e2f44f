export { openMongodbApiKeys, type MongodbApiKeysOptions } from './open-store.ts';
