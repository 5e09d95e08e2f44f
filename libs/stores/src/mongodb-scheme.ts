import type { MongodbOptions, MongodbTls } from '@rushes/adapters/mongodb-server';
import { parseMongodbUrl } from '@rushes/adapters/server-addresses';
import type { ApiKeyStore, BatchViewStore } from '@rushes/ports';
import { UsageError } from '@rushes/runtime';

import type { Scheme } from './found-store.ts';
import { secretOf, type ServerSettings, tlsOf, type TlsTexts } from './server-settings.ts';

/** @throws UsageError if only one of name and password is there. */
const credentialsOf = async ({ user, password, passwordFile }: ServerSettings['mongodb']) => {
  const secret = await secretOf('mongodb.password', password, passwordFile);
  if (user === undefined && secret === undefined) return undefined;
  if (user === undefined || secret === undefined)
    throw new UsageError('mongodb.user and its password belong together', { hint: 'Give both, or neither.' });
  return { user, password: secret };
};

const given = ({ ca, cert, key }: TlsTexts): MongodbTls => ({
  ...(ca === undefined ? {} : { ca }),
  ...(cert === undefined ? {} : { cert }),
  ...(key === undefined ? {} : { key }),
});

/** `mongodb://host:port,host:port/database`, or `mongodb+srv://name/database`. */
const onMongodb =
  <Store>(open: (options: MongodbOptions & { readonly readOnly: boolean }) => Promise<Store>): Scheme<Store> =>
  (url, { mongodb }) => {
    const location = parseMongodbUrl(url);
    const { authSource, replicaSet } = mongodb;
    const settle = async (): Promise<MongodbOptions> => {
      const [tls, credentials] = [await tlsOf('mongodb', mongodb), await credentialsOf(mongodb)];
      return {
        ...location,
        ...(credentials === undefined ? {} : { credentials, authSource }),
        ...(replicaSet === undefined ? {} : { replicaSet }),
        ...(tls === undefined ? {} : { tls: given(tls) }),
      };
    };
    return {
      location: url,
      localPath: undefined,
      // A database that is not there is a store without anything in it.
      isThere: async () => true,
      check: async () => (await import('@rushes/adapters/mongodb-server')).checkMongodb(await settle()),
      open: async ({ readOnly = false } = {}) => open({ ...(await settle()), readOnly }),
    };
  };

export const mongodbViews: Scheme<BatchViewStore> = onMongodb(async (options) =>
  (await import('@rushes/adapters/mongodb-batch-views')).openMongodbBatchViews(options),
);

export const mongodbKeys: Scheme<ApiKeyStore> = onMongodb(async (options) =>
  (await import('@rushes/adapters/mongodb-api-keys')).openMongodbApiKeys(options),
);
