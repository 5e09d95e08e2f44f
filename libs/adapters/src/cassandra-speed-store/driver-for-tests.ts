/** What tests need of the driver: only this folder may know it. */
export { errors, types } from 'cassandra-driver';
