/** What is known of the store before it is opened. */
import type { StoreCheck } from '@rushes/ports';

import { checkPostgres } from '../postgres-access/check-postgres.ts';
import type { PostgresOptions } from '../postgres-access/options.ts';
import { areTablesThere } from '../postgres-access/store-tables.ts';
import { FORMAT } from './catalog.ts';

/** Whether the tables have been made. @throws StoreUnavailable, StoreFault */
export const arePostgresBatchViewsThere = (options: PostgresOptions): Promise<boolean> => areTablesThere(options, FORMAT);

export const checkPostgresBatchViews = (options: PostgresOptions): Promise<StoreCheck> => checkPostgres(options, FORMAT.store);
