/** What tests need of the driver: they may not name it themselves. */
export { type Db, type Document, MongoNetworkError, MongoServerError, MongoServerSelectionError, type TopologyDescription } from 'mongodb';
