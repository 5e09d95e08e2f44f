import type { Lake } from '@rushes/lake';
import type { BatchEngine } from '@rushes/ports/batch-engine';
import type { TableRecord } from '@rushes/ports/manifest';
import type { Logger, Progress } from '@rushes/runtime';

/** What every step of a run works with. */
export interface RunContext {
  readonly lake: Lake;
  readonly engine: BatchEngine;
  /** The published version's tables, by their derivations. */
  readonly known?: ReadonlyMap<string, TableRecord>;
  readonly logger: Logger;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}
