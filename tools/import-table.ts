/**
 * Who may import whom. The one table: the linter's rules, the package.json dependencies and the architecture tests all follow it.
 */

const LIBS = [
  '@rushes/stores',
  '@rushes/adapters',
  '@rushes/lake',
  '@rushes/sources',
  '@rushes/views',
  '@rushes/ports',
  '@rushes/domain',
  '@rushes/runtime',
];

/** Packages of this repository by folder, and the packages that each may import. Data goes one way: nobody imports what stands above. */
export const IMPORT_TABLE: Readonly<Record<string, { readonly package: string; readonly imports: readonly string[] }>> = {
  'libs/domain': { package: '@rushes/domain', imports: [] },
  'libs/runtime': { package: '@rushes/runtime', imports: [] },
  'libs/ports': { package: '@rushes/ports', imports: ['@rushes/domain'] },
  'libs/views': { package: '@rushes/views', imports: ['@rushes/ports', '@rushes/domain'] },
  'libs/sources': { package: '@rushes/sources', imports: ['@rushes/domain', '@rushes/runtime'] },
  'libs/lake': { package: '@rushes/lake', imports: ['@rushes/ports', '@rushes/domain'] },
  'libs/adapters': { package: '@rushes/adapters', imports: ['@rushes/ports', '@rushes/domain'] },
  'libs/stores': {
    package: '@rushes/stores',
    imports: ['@rushes/adapters', '@rushes/views', '@rushes/ports', '@rushes/domain', '@rushes/runtime'],
  },
  'layers/batch': {
    package: '@rushes/batch',
    imports: ['@rushes/lake', '@rushes/sources', '@rushes/views', '@rushes/ports', '@rushes/domain', '@rushes/runtime'],
  },
  'layers/serving': { package: '@rushes/serving', imports: ['@rushes/views', '@rushes/ports', '@rushes/domain', '@rushes/runtime'] },
  'layers/speed': { package: '@rushes/speed', imports: ['@rushes/views', '@rushes/ports', '@rushes/domain', '@rushes/runtime'] },
  'apps/batch': { package: '@rushes/app-batch', imports: ['@rushes/batch', ...LIBS] },
  'apps/speed': { package: '@rushes/app-speed', imports: ['@rushes/speed', ...LIBS] },
  'apps/serving': { package: '@rushes/app-serving', imports: ['@rushes/serving', ...LIBS] },
  // The command line starts the others within itself.
  'apps/rushes': {
    package: 'rushes',
    imports: [
      '@rushes/app-batch',
      '@rushes/app-speed',
      '@rushes/app-serving',
      '@rushes/batch',
      '@rushes/speed',
      '@rushes/serving',
      ...LIBS,
    ],
  },
};

/** What tests may import besides: the embedded adapters, to run against the real thing. */
export const TEST_IMPORTS: readonly string[] = ['@rushes/adapters', '@rushes/lake', '@rushes/ports', '@rushes/domain', '@rushes/runtime'];

/** Libraries that only one place knows, so that they can be replaced there. A glob for each place, from the repository's root. */
export const CLIENT_LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  'node:sqlite': [
    'libs/adapters/src/sqlite-batch-views',
    'libs/adapters/src/sqlite-event-log',
    'libs/adapters/src/sqlite-speed-store',
    'libs/adapters/src/sqlite-duplicate-filters',
    'libs/adapters/src/sqlite-api-keys',
    'libs/adapters/src/sqlite-access',
    'libs/adapters/src/sqlite-copy',
  ],
  '@duckdb/node-api': ['libs/adapters/src/duckdb-engine'],
  '@aws-sdk/client-s3': ['libs/adapters/src/s3-object-store'],
  '@smithy/node-http-handler': ['libs/adapters/src/s3-object-store'],
  'cassandra-driver': ['libs/adapters/src/cassandra-speed-store'],
  mongodb: ['libs/adapters/src/mongodb-server', 'libs/adapters/src/mongodb-batch-views', 'libs/adapters/src/mongodb-api-keys'],
  '@platformatic/kafka': ['libs/adapters/src/kafka-event-log'],
  pg: ['libs/adapters/src/postgres-access', 'libs/adapters/src/postgres-batch-views', 'libs/adapters/src/postgres-api-keys'],
  'pg-copy-streams': ['libs/adapters/src/postgres-batch-views'],
  '@kubernetes/client-node': ['libs/adapters/src/kubernetes'],
  croner: ['libs/adapters/src/kubernetes'],
  avsc: ['libs/adapters/src/kafka-event-log', 'libs/lake/src/iceberg'],
  ioredis: ['libs/adapters/src/redis-link'],
  '@prometheus-io/client': ['libs/runtime/src'],
  '@opentelemetry/api': ['libs/runtime/src/tracing'],
  '@opentelemetry/core': ['libs/runtime/src/tracing'],
  '@opentelemetry/exporter-trace-otlp-http': ['libs/runtime/src/tracing'],
  '@opentelemetry/resources': ['libs/runtime/src/tracing'],
  '@opentelemetry/sdk-trace': ['libs/runtime/src/tracing'],
  pino: ['libs/runtime/src'],
  'pino-pretty': ['libs/runtime/src'],
  'log-update': ['libs/runtime/src'],
  fastify: ['layers/serving/src'],
  'apache-arrow': ['layers/serving/src'],
  'hyparquet-writer': ['layers/serving/src/formats'],
  negotiator: ['layers/serving/src/formats'],
  jose: ['layers/serving/src/tokens'],
  piscina: ['libs/adapters/src/sqlite-batch-views'],
  commander: ['apps/rushes/src'],
  'vader-sentiment': ['libs/domain/src/sentiment'],
  'emoji.json': ['libs/domain/src/sentiment'],
};
