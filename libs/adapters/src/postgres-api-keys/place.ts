/** What is known of the keys' tables before they are opened. */
import type { StoreCheck } from '@rushes/ports';

import { checkPostgres } from '../postgres-access/check-postgres.ts';
import { openConnections } from '../postgres-access/connections.ts';
import { formatThere, schemaOf, type StoreFormat } from '../postgres-access/format.ts';
import type { PostgresOptions } from '../postgres-access/options.ts';

export const FORMAT: StoreFormat = {
  store: 'api-keys',
  version: 1,
  tables: (schema) => [
    `CREATE TABLE ${schema}.api_keys (
      id text COLLATE "C" PRIMARY KEY, secret_hash text NOT NULL, name text NOT NULL, role text NOT NULL,
      created_ms bigint NOT NULL, expires_ms bigint, revoked_ms bigint)`,
  ],
};

/** Whether the tables have been made. @throws StoreUnavailable, StoreFault */
export const isPostgresApiKeysThere = async (options: PostgresOptions): Promise<boolean> => {
  const connections = openConnections({ ...options, connections: 1 });
  try {
    return (await formatThere(connections, schemaOf(options), FORMAT.store)) !== undefined;
  } finally {
    await connections.close();
  }
};

export const checkPostgresApiKeys = (options: PostgresOptions): Promise<StoreCheck> => checkPostgres(options, FORMAT.store);
