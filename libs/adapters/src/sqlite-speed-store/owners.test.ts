import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ownersContract } from '@rushes/ports/contracts/owners';

import { openSqliteSpeedStore, type SqliteSpeedStore } from './index.ts';

ownersContract({
  name: 'SQLite',
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sqlite-owners-'));
    const opened: SqliteSpeedStore[] = [];
    let nowMs = 1_767_323_045_678;
    const open = async (): Promise<SqliteSpeedStore> => {
      const store = await openSqliteSpeedStore(join(folder, 'speed.sqlite'), { now: () => nowMs });
      opened.push(store);
      return store;
    };
    const store = await open();
    return {
      owners: store.owners,
      store,
      reopen: async () => (await open()).owners,
      advance: async (milliseconds) => void (nowMs += milliseconds),
      dispose: async () => {
        for (const one of opened) await one.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
});
