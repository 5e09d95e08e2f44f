export { openPostgresApiKeys } from './open-store.ts';
export { checkPostgresApiKeys, isPostgresApiKeysThere } from './place.ts';
