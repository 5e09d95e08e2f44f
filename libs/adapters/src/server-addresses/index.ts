/** What the URLs of stores on servers say, without the clients of these servers: whoever uses none of them loads none. */
export { parseCassandraUrl } from '../cassandra-speed-store/location.ts';
export { parseKafkaUrl } from '../kafka-event-log/kafka-url.ts';
export { parseMongodbUrl } from '../mongodb-server/location.ts';
export { parsePostgresUrl } from '../postgres-access/postgres-url.ts';
export { parseRedisUrl } from '../redis-link/redis-url.ts';
export { parseS3Url } from '../s3-object-store/address.ts';
