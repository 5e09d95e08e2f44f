import { describe } from 'vitest';

import { buildTests } from './batch-view-store/building.ts';
import { copyTests } from './batch-view-store/copying.ts';
import { listTests } from './batch-view-store/listing.ts';
import type { OpenedBatchViewStore } from './batch-view-store/opened-store.ts';
import { publicationTests } from './batch-view-store/publishing.ts';
import { readTests } from './batch-view-store/reading.ts';
import { retireTests } from './batch-view-store/retiring.ts';
import { searchTests } from './batch-view-store/searching.ts';
import type { Depths } from './depth.ts';

export type { OpenedBatchViewStore };

export interface BatchViewStoreContract {
  readonly name: string;
  readonly open: () => Promise<OpenedBatchViewStore>;
  /** How many random artefacts the properties build. */
  readonly runs?: Depths<number>;
}

/** What every batch-view store keeps. Registers tests. */
export const batchViewStoreContract = ({ name, open, runs = { quick: 6, deep: 60 } }: BatchViewStoreContract): void => {
  describe(`batch-view store: ${name}`, () => {
    buildTests(open);
    readTests(open);
    listTests(open, runs);
    copyTests(open, runs);
    searchTests(open, runs);
    retireTests(open);
    publicationTests(open);
  });
};
