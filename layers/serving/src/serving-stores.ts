/** What the service answers from, and what it writes to. */
import type { ApiKeyStore, BatchViewStore, Caches, EarlyWarning, EventLog, ObjectStore, RateLimiter, SpeedStore } from '@rushes/ports';

import type { DiskSpace } from './monitoring/component-states.ts';

export interface ServingStores {
  readonly views: BatchViewStore;
  readonly objects: ObjectStore;
  /** `undefined`: answers come from the batch layer alone. */
  readonly speed?: SpeedStore | undefined;
  /** Where posted events go; `undefined`, or no `keys`: nothing can be posted. */
  readonly log?: EventLog | undefined;
  /** Who may write; `undefined`: nobody. */
  readonly keys?: ApiKeyStore | undefined;
  /** Room on the disk that the stores lie on; `undefined`: they are elsewhere. */
  readonly space?: (() => Promise<DiskSpace>) | undefined;
  /** Nothing can be posted, whatever stores there are: they only read. */
  readonly isReadOnly?: boolean;
  /** What is kept of answers, and of accepted requests where there is no `receipts`. */
  readonly caches: Caches;
  /** What is kept of accepted requests by all processes of one service together. */
  readonly receipts?: Caches | undefined;
  /** `undefined`: no limit. */
  readonly rateLimiter: RateLimiter | undefined;
  /** Why the server is not used at the moment by which replicas share caches and buckets; `undefined`: there is none. */
  readonly cacheTrouble?: (() => string | undefined) | undefined;
  /** What processes of other layers say is near to a limit of theirs. */
  readonly toldByOthers?: (() => Promise<readonly EarlyWarning[]>) | undefined;
}
