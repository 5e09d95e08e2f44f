/** What tests and benchmarks need of the driver: only these folders may know it. */
export { MongoClient } from 'mongodb';
