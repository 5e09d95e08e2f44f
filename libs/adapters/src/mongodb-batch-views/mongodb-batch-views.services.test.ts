import type { BatchViewStore } from '@rushes/ports';
import { batchViewStoreContract } from '@rushes/ports/contracts/batch-view-store';
import { describe } from 'vitest';

import { noMongodb, testDatabase } from '../mongodb-server/databases-for-tests.ts';
import { openMongodbBatchViews } from './index.ts';

describe.skipIf(noMongodb !== undefined)('MongoDB', () => {
  batchViewStoreContract({
    name: 'MongoDB',
    runs: { quick: 4, deep: 40 },
    open: async () => {
      const { options, drop } = await testDatabase();
      const opened: BatchViewStore[] = [];
      const open = async (): Promise<BatchViewStore> => {
        const store = await openMongodbBatchViews(options);
        opened.push(store);
        return store;
      };
      return {
        store: await open(),
        reopen: open,
        dispose: async () => {
          for (const store of opened) await store.close();
          await drop();
        },
      };
    },
  });
});
