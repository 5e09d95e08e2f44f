import type { OpenEngine } from '@rushes/ports/batch-engine';

/** The engine of batch runs. Its library is loaded by whoever computes something, and by nobody who only reads. */
export const openEngine: OpenEngine = async (options) => (await import('@rushes/adapters/duckdb-engine')).openDuckDb(options);
