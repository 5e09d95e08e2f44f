export { openDuckDb } from './duckdb-engine.ts';
export { MACROS } from './macros.ts';
