export { openPostgresBatchViews } from './open-store.ts';
export { arePostgresBatchViewsThere, checkPostgresBatchViews } from './place.ts';
export type { PostgresLimits, PostgresOptions, PostgresTls } from '../postgres-access/options.ts';
