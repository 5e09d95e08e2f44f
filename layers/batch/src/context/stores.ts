import type { BatchViewStore, DuplicateFilters, EventLog, ObjectStore } from '@rushes/ports';
import type { OpenEngine } from '@rushes/ports/batch-engine';

/** The stores that batch runs work on. */
export interface BatchStores {
  readonly objects: ObjectStore;
  readonly views: BatchViewStore;
  /** Without a log, a version covers what its parent does of it. */
  readonly log?: EventLog;
  readonly duplicateFilters: DuplicateFilters;
  /** The engine that computes tables and views: one for each run. */
  readonly openEngine: OpenEngine;
}
