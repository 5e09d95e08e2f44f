import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { SpeedStore } from '@rushes/ports';
import { speedStoreContract } from '@rushes/ports/contracts/speed-store';

import { openSqliteSpeedStore } from './index.ts';

speedStoreContract({
  name: 'SQLite',
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sqlite-speed-store-'));
    const opened: SpeedStore[] = [];
    let nowMs = 1_767_323_045_678;
    const open = async (): Promise<SpeedStore> => {
      const store = await openSqliteSpeedStore(join(folder, 'speed.sqlite'), { now: () => nowMs });
      opened.push(store);
      return store;
    };
    return {
      store: await open(),
      reopen: open,
      advanceClock: (milliseconds) => void (nowMs += milliseconds),
      dispose: async () => {
        for (const store of opened) await store.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
});
