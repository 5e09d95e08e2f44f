import { setTimeout } from 'node:timers/promises';

import { heartbeatsContract } from '@rushes/ports/contracts/heartbeats';
import { ownersContract } from '@rushes/ports/contracts/owners';
import { soleWorkContract } from '@rushes/ports/contracts/sole-work';
import { speedStoreContract } from '@rushes/ports/contracts/speed-store';
import { afterAll } from 'vitest';

import { testKeyspaces } from './keyspaces-for-tests.ts';

const keyspaces = testKeyspaces();
afterAll(() => keyspaces.end());

speedStoreContract({
  name: 'Cassandra',
  runs: { quick: 8, deep: 60 },
  open: async () => {
    const keyspace = await keyspaces.take();
    const store = await keyspace.open();
    return { store, owners: store.owners, reopen: () => keyspace.open(), dispose: keyspace.giveBack };
  },
});

ownersContract({
  name: 'Cassandra',
  runs: 8,
  open: async () => {
    const keyspace = await keyspaces.take();
    const store = await keyspace.open();
    return {
      owners: store.owners,
      store,
      reopen: async () => (await keyspace.open()).owners,
      // The server's clock passes by itself, and is not stepped back.
      advance: (milliseconds) => setTimeout(Math.max(0, milliseconds)),
      dispose: keyspace.giveBack,
    };
  },
});

heartbeatsContract('Cassandra', async () => {
  const keyspace = await keyspaces.take();
  const { heartbeats } = await keyspace.open();
  return {
    heartbeats,
    reopen: async () => (await keyspace.open()).heartbeats,
    advance: (milliseconds) => setTimeout(milliseconds),
    dispose: keyspace.giveBack,
  };
});

soleWorkContract('Cassandra', async () => {
  const keyspace = await keyspaces.take();
  return {
    store: await keyspace.open(),
    reopen: () => keyspace.open(),
    advance: (milliseconds) => setTimeout(milliseconds),
    dispose: keyspace.giveBack,
  };
});
