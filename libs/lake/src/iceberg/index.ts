export { UnmappedTypeError } from './column-shape.ts';
export { contentName, type NamedBytes } from './manifest-files.ts';
export { type FormerTable, type PlannedTable, planTable, type TableSource, type TableVersion } from './plan-table.ts';
export { parseMetadata, type TableMetadata } from './table-metadata.ts';
