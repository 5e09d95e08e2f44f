/** What is known of the store before it is opened. */
import type { StoreCheck } from '@rushes/ports';

import { checkPostgres } from '../postgres-access/check-postgres.ts';
import { openConnections } from '../postgres-access/connections.ts';
import { formatThere, schemaOf } from '../postgres-access/format.ts';
import type { PostgresOptions } from '../postgres-access/options.ts';
import { FORMAT } from './catalog.ts';

/** Whether the tables have been made. @throws StoreUnavailable, StoreFault */
export const arePostgresBatchViewsThere = async (options: PostgresOptions): Promise<boolean> => {
  const connections = openConnections({ ...options, connections: 1 });
  try {
    return (await formatThere(connections, schemaOf(options), FORMAT.store)) !== undefined;
  } finally {
    await connections.close();
  }
};

export const checkPostgresBatchViews = (options: PostgresOptions): Promise<StoreCheck> => checkPostgres(options, FORMAT.store);
