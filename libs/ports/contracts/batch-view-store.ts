import type { BatchViewStore } from '@rushes/ports';

import { buildTests } from './batch-view-store/building.ts';
import { copyTests } from './batch-view-store/copying.ts';
import { listTests } from './batch-view-store/listing.ts';
import { publicationTests } from './batch-view-store/publishing.ts';
import { readTests } from './batch-view-store/reading.ts';
import { describe } from 'vitest';

export interface OpenedBatchViewStore {
  /** A store without artefacts and publications. */
  readonly store: BatchViewStore;
  /** The same store, opened again: as another process sees it. */
  readonly reopen: () => Promise<BatchViewStore>;
  /** Closes what was opened and removes all. */
  readonly dispose: () => Promise<void>;
}

export interface BatchViewStoreContract {
  readonly name: string;
  readonly open: () => Promise<OpenedBatchViewStore>;
  /** How many random artefacts the properties build. */
  readonly runs?: number;
}

/** What every batch-view store keeps. Registers tests. */
export const batchViewStoreContract = ({ name, open, runs = 30 }: BatchViewStoreContract): void => {
  describe(`batch-view store: ${name}`, () => {
    buildTests(open);
    readTests(open);
    listTests(open, runs);
    copyTests(open, runs);
    publicationTests(open);
  });
};
