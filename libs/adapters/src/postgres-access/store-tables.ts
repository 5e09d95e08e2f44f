/** The tables of a store with the connections to them: opened, or only looked for. */
import { type Connections, openConnections } from './connections.ts';
import { checkTables, formatThere, prepareTables, schemaOf, type StoreFormat } from './format.ts';
import type { PostgresOptions } from './options.ts';

/** Connects, and makes the tables where they are missing, unless they are only read. @throws StoreUnavailable, StoreFault */
export const openTables = async (
  options: PostgresOptions,
  format: StoreFormat,
): Promise<{ readonly connections: Connections; readonly schema: string }> => {
  const schema = schemaOf(options);
  const connections = openConnections(options);
  try {
    await (options.readOnly === true ? checkTables : prepareTables)(connections, schema, format);
  } catch (error) {
    await connections.close();
    throw error;
  }
  return { connections, schema };
};

/** Whether the tables have been made. @throws StoreUnavailable, StoreFault */
export const areTablesThere = async (options: PostgresOptions, { store }: StoreFormat): Promise<boolean> => {
  const connections = openConnections({ ...options, connections: 1 });
  try {
    return (await formatThere(connections, schemaOf(options), store)) !== undefined;
  } finally {
    await connections.close();
  }
};
