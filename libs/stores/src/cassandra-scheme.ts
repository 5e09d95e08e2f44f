import type { CassandraSpeedStore, CassandraSpeedStoreOptions, CassandraTls } from '@rushes/adapters/cassandra-speed-store';
import { parseCassandraUrl } from '@rushes/adapters/server-addresses';
import { UsageError } from '@rushes/runtime';

import type { Scheme } from './found-store.ts';
import { secretOf, type ServerSettings, tlsOf, type TlsTexts } from './server-settings.ts';

const client = () => import('@rushes/adapters/cassandra-speed-store');

/** @throws UsageError if only one of name and password is there. */
const credentialsOf = async ({ user, password, passwordFile }: ServerSettings['cassandra']) => {
  const secret = await secretOf('cassandra.password', password, passwordFile);
  if (user === undefined && secret === undefined) return undefined;
  if (user === undefined || secret === undefined)
    throw new UsageError('cassandra.user and its password belong together', { hint: 'Give both, or neither.' });
  return { user, password: secret };
};

const given = ({ ca, cert, key }: TlsTexts): CassandraTls => ({
  ...(ca === undefined ? {} : { ca }),
  ...(cert === undefined ? {} : { cert }),
  ...(key === undefined ? {} : { key }),
});

/** `cassandra://host:port,host:port/keyspace`. */
export const cassandraSpeed: Scheme<CassandraSpeedStore> = (url, { cassandra }) => {
  const { contactPoints, keyspace } = parseCassandraUrl(url);
  const { dataCenter, replication } = cassandra;
  const settle = async (): Promise<CassandraSpeedStoreOptions> => {
    const [tls, credentials] = [await tlsOf('cassandra', cassandra), await credentialsOf(cassandra)];
    return {
      contactPoints,
      keyspace,
      replicationFactor: replication,
      ...(dataCenter === undefined ? {} : { localDataCenter: dataCenter }),
      ...(credentials === undefined ? {} : { credentials }),
      ...(tls === undefined ? {} : { tls: given(tls) }),
    };
  };
  return {
    location: url,
    localPath: undefined,
    isThere: async () => (await client()).isCassandraKeyspaceThere(await settle()),
    check: async () => (await client()).checkCassandra(await settle()),
    open: async ({ readOnly = false, now = Date.now } = {}) =>
      (await client()).openCassandraSpeedStore({ ...(await settle()), readOnly, now }),
  };
};
