import type { ServerName } from './own-servers.ts';

const VARIABLES: Readonly<Record<ServerName, string>> = {
  kafka: 'TEST_KAFKA',
  registry: 'TEST_REGISTRY',
  cassandra: 'TEST_CASSANDRA',
  s3: 'TEST_S3',
  mongodb: 'TEST_MONGODB',
  postgres: 'TEST_POSTGRES',
  redis: 'TEST_REDIS',
  alertmanager: 'TEST_ALERTMANAGER',
  prometheus: 'TEST_PROMETHEUS',
};

/** Those of these servers that can be had here. */
export const availableServers = (...names: readonly ServerName[]): readonly ServerName[] =>
  names.filter((name) => process.env[VARIABLES[name]] !== undefined);

/** Whether one of these servers cannot be had here: `npm run test:services` has said which and why, and names the address of every other. */
export const needsServers = (...names: readonly ServerName[]): boolean => names.some((name) => process.env[VARIABLES[name]] === undefined);
