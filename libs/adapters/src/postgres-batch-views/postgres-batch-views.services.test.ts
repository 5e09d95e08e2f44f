import type { BatchViewStore } from '@rushes/ports';
import { batchViewStoreContract } from '@rushes/ports/contracts/batch-view-store';
import { describe } from 'vitest';

import { noServer, takeSchema } from '../postgres-access/schemas-for-tests.ts';
import { openPostgresBatchViews } from './index.ts';

describe.skipIf(noServer !== undefined)('on PostgreSQL', () => {
  batchViewStoreContract({
    name: 'PostgreSQL',
    open: async () => {
      const schema = await takeSchema();
      const opened: BatchViewStore[] = [];
      const open = async (): Promise<BatchViewStore> => {
        const store = await openPostgresBatchViews(schema.options);
        opened.push(store);
        return store;
      };
      return {
        store: await open(),
        reopen: open,
        dispose: async () => {
          for (const store of opened) await store.close();
          await schema.drop();
        },
      };
    },
  });
});
