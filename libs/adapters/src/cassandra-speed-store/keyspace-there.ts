import { connect } from './connect.ts';
import { cassandraFailure } from './errors.ts';
import { contactPoint, keyspaceName, locationOf } from './location.ts';
import type { CassandraSpeedStoreOptions } from './options.ts';

/** Whether the store's keyspace was made. @throws StoreUnavailable, StoreFault */
export const isCassandraKeyspaceThere = async (options: CassandraSpeedStoreOptions): Promise<boolean> => {
  const keyspace = keyspaceName(options.keyspace);
  const location = locationOf({ contactPoints: options.contactPoints.map(contactPoint), keyspace });
  const { client } = await connect(options, location);
  try {
    const { rows } = await client.execute('SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?', [keyspace]);
    return rows.length > 0;
  } catch (error) {
    throw cassandraFailure(error, location, 'read');
  } finally {
    await client.shutdown();
  }
};
