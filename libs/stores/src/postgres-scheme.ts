import type { PostgresOptions, PostgresTls } from '@rushes/adapters/postgres-batch-views';
import { parsePostgresUrl } from '@rushes/adapters/server-addresses';
import type { ApiKeyStore, BatchViewStore } from '@rushes/ports';
import { UsageError } from '@rushes/runtime';

import type { Scheme } from './found-store.ts';
import { secretOf, type ServerSettings, tlsOf, type TlsTexts } from './server-settings.ts';

const views = () => import('@rushes/adapters/postgres-batch-views');
const keys = () => import('@rushes/adapters/postgres-api-keys');

/** @throws UsageError for a password of nobody. */
const credentialsOf = async ({ user, password, passwordFile }: ServerSettings['postgres']) => {
  const secret = await secretOf('postgres.password', password, passwordFile);
  if (user === undefined && secret === undefined) return undefined;
  if (user === undefined) throw new UsageError('postgres.password is given without postgres.user', { hint: 'Give both, or neither.' });
  return { user, ...(secret === undefined ? {} : { password: secret }) };
};

const given = ({ ca, cert, key }: TlsTexts): PostgresTls => ({
  ...(ca === undefined ? {} : { ca }),
  ...(cert === undefined ? {} : { cert }),
  ...(key === undefined ? {} : { key }),
});

/** What a URL and the settings come to. Files are read when a store is checked or opened. */
const settling = (url: string, { postgres }: ServerSettings): (() => Promise<PostgresOptions>) => {
  const place = parsePostgresUrl(url);
  return async () => {
    const [tls, credentials] = [await tlsOf('postgres', postgres), await credentialsOf(postgres)];
    return {
      ...place,
      schema: postgres.schema,
      connections: postgres.connections,
      ...(credentials === undefined ? {} : { credentials }),
      ...(tls === undefined ? {} : { tls: given(tls) }),
    };
  };
};

/** `postgres://host:port/database`. */
export const postgresViews: Scheme<BatchViewStore> = (url, servers) => {
  const settle = settling(url, servers);
  return {
    location: url,
    localPath: undefined,
    isThere: async () => (await views()).arePostgresBatchViewsThere(await settle()),
    check: async () => (await views()).checkPostgresBatchViews(await settle()),
    open: async ({ readOnly = false } = {}) => (await views()).openPostgresBatchViews({ ...(await settle()), readOnly }),
  };
};

/** `postgres://host:port/database`. */
export const postgresKeys: Scheme<ApiKeyStore> = (url, servers) => {
  const settle = settling(url, servers);
  return {
    location: url,
    localPath: undefined,
    isThere: async () => (await keys()).isPostgresApiKeysThere(await settle()),
    check: async () => (await keys()).checkPostgresApiKeys(await settle()),
    open: async ({ readOnly = false } = {}) => (await keys()).openPostgresApiKeys({ ...(await settle()), readOnly }),
  };
};
