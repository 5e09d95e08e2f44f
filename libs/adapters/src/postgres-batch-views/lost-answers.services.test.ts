/** A network that loses what the server says after it has acted. */
import { type BatchViewStore, type Publication, StoreUnavailable, WriteInDoubtError } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { startProxy, type TestProxy } from '../for-tests/tcp-proxy.ts';
import { noServer, takeSchema, type TestSchema } from '../postgres-access/schemas-for-tests.ts';
import { openPostgresBatchViews } from './index.ts';

const publication: Publication = {
  number: 1,
  version: 1,
  manifest: 'm',
  views: {},
  cut: {},
  cutAt: '2026-01-02T03:04:05.678Z',
  publishedAt: '2026-01-02T03:04:05.678Z',
  reason: 'run',
  attempt: 'mine',
};

describe.skipIf(noServer !== undefined)('a network that loses answers', () => {
  let schema: TestSchema;
  let proxy: TestProxy;
  let store: BatchViewStore;
  beforeEach(async () => {
    schema = await takeSchema();
    proxy = await startProxy(`${schema.options.host}:${schema.options.port}`);
    const port = Number(proxy.contactPoint.split(':')[1]);
    store = await openPostgresBatchViews({
      ...schema.options,
      port,
      connections: 2,
      limits: { statementTimeoutMs: 500, connectTimeoutMs: 1_000 },
    });
  });
  afterEach(async () => {
    proxy.answers('pass');
    await store.close();
    await proxy.close();
    await schema.drop();
  });

  test('a publication whose answer is lost is in doubt, and the same attempt finds that it has won', async () => {
    proxy.answers('lose');
    await expect(store.insertPublication(publication)).rejects.toBeInstanceOf(WriteInDoubtError);
    proxy.answers('pass');
    expect(await store.insertPublication(publication)).toBe(true);
    expect(await store.insertPublication({ ...publication, attempt: 'another' })).toBe(false);
  });

  test('a read is not in doubt; connections that were cut are replaced without a word', async () => {
    proxy.answers('lose');
    const failure = await store.currentPublication().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreUnavailable);
    expect(failure).not.toBeInstanceOf(WriteInDoubtError);
    proxy.answers('pass');
    expect(await store.currentPublication()).toBeUndefined();
    for (let round = 0; round < 5; round++) {
      proxy.cut();
      expect(await store.currentPublication()).toBeUndefined();
    }
  });

  test('a build whose rows are under way when the connection ends has not happened', async () => {
    async function* rows() {
      yield [['a']];
      proxy.cut();
      yield [['b']];
    }
    const failure = await store
      .build('one', { key: 'id', columns: {}, documents: [], lookups: [], sorts: [], filters: [] }, rows())
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreUnavailable);
    expect(failure).not.toBeInstanceOf(WriteInDoubtError);
    expect(await store.listArtefacts()).toEqual([]);
  });
});
