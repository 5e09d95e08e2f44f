import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchViewStore } from '@rushes/ports';
import { batchViewStoreContract } from '@rushes/ports/contracts/batch-view-store';
import { openSqliteBatchViews } from './index.ts';

batchViewStoreContract({
  name: 'SQLite',
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sqlite-batch-views-'));
    const opened: BatchViewStore[] = [];
    const open = async (): Promise<BatchViewStore> => {
      const store = await openSqliteBatchViews(folder);
      opened.push(store);
      return store;
    };
    return {
      store: await open(),
      reopen: open,
      dispose: async () => {
        for (const store of opened) await store.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
});
