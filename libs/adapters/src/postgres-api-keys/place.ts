/** What is known of the keys' tables before they are opened. */
import type { StoreCheck } from '@rushes/ports';

import { checkPostgres } from '../postgres-access/check-postgres.ts';
import type { StoreFormat } from '../postgres-access/format.ts';
import type { PostgresOptions } from '../postgres-access/options.ts';
import { areTablesThere } from '../postgres-access/store-tables.ts';

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
export const isPostgresApiKeysThere = (options: PostgresOptions): Promise<boolean> => areTablesThere(options, FORMAT);

export const checkPostgresApiKeys = (options: PostgresOptions): Promise<StoreCheck> => checkPostgres(options, FORMAT.store);
