/** What tests and benchmarks need of the driver: only this folder may know it. */
export { Client, errors, types } from 'cassandra-driver';
