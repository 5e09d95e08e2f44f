import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { heartbeatsContract } from '@rushes/ports/contracts/heartbeats';
import { ownersContract } from '@rushes/ports/contracts/owners';
import { soleWorkContract } from '@rushes/ports/contracts/sole-work';
import { speedStoreContract } from '@rushes/ports/contracts/speed-store';

import { openSqliteSpeedStore, type SqliteSpeedStore } from './index.ts';

/** One file, any number of clients, and the clock that all of them go by. */
const openFile = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sqlite-speed-store-'));
  const opened: SqliteSpeedStore[] = [];
  let nowMs = 1_767_323_045_678;
  const open = async (): Promise<SqliteSpeedStore> => {
    const client = await openSqliteSpeedStore(join(folder, 'speed.sqlite'), { now: () => nowMs });
    opened.push(client);
    return client;
  };
  return {
    open,
    advanceClock: (milliseconds: number): void => void (nowMs += milliseconds),
    dispose: async (): Promise<void> => {
      for (const client of opened) await client.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

speedStoreContract({
  name: 'SQLite',
  open: async () => {
    const { open, advanceClock, dispose } = await openFile();
    const store = await open();
    return { store, owners: store.owners, reopen: open, advanceClock, dispose };
  },
});

ownersContract({
  name: 'SQLite',
  open: async () => {
    const { open, advanceClock, dispose } = await openFile();
    const store = await open();
    return { owners: store.owners, store, reopen: async () => (await open()).owners, advance: async (ms) => advanceClock(ms), dispose };
  },
});

heartbeatsContract('SQLite', async () => {
  const { open, advanceClock, dispose } = await openFile();
  const { heartbeats } = await open();
  return { heartbeats, reopen: async () => (await open()).heartbeats, advance: async (ms) => advanceClock(ms), dispose };
});

soleWorkContract('SQLite', async () => {
  const { open, advanceClock, dispose } = await openFile();
  return { store: await open(), reopen: open, advance: async (ms) => advanceClock(ms), dispose };
});
