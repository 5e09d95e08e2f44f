import type { BatchViewStore } from '@rushes/ports';

export interface OpenedBatchViewStore {
  /** A store without artefacts and publications. */
  readonly store: BatchViewStore;
  /** The same store, opened again: as another process sees it. */
  readonly reopen: () => Promise<BatchViewStore>;
  /** Closes what was opened and removes all. */
  readonly dispose: () => Promise<void>;
}
