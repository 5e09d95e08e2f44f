export * from './content-hash.ts';
export * from './derive-table.ts';
export * from './duckdb-engine.ts';
export * from './engine.ts';
export * from './lake.ts';
export * from './manifest.ts';
export * from './sql-text.ts';
export * from './table-record.ts';
