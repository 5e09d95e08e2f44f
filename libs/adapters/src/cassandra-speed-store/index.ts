export { isCassandraKeyspaceThere } from './keyspace-there.ts';
export { openCassandraSpeedStore, type CassandraSpeedStore } from './open-store.ts';
export type { CassandraLimits, CassandraSpeedStoreOptions, CassandraTls } from './options.ts';
export { checkCassandra } from './start-checks.ts';
