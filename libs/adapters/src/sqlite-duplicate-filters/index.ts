export { openSqliteDuplicateFilters } from './open-filters.ts';
