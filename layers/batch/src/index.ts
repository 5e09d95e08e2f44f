import { openLake } from '@rushes/lake';
import type { Publication } from '@rushes/ports';
import { rollbackTo } from './publish/rollback.ts';
import { summarizeVersions, type VersionSummary } from './publish/versions.ts';
import { type VersionWeights, weighVersion as weigh } from './publish/weigh-version.ts';
import type { BatchStores } from './context/stores.ts';
import { type ImdbSource, originOfSource } from './bronze/imdb-source.ts';
import { checkOrigin, type PublishedSource, sourceOfPublication } from './run/origin.ts';

export { type AuditContext, type AuditOptions, type AuditReport, type AuditStores, auditStores, type Difference } from './audit/audit.ts';
export { copyFault, type CopiedStores } from './backup/copy-fault.ts';
export { isSameBounds } from './move/copy-log.ts';
export { type MoveContext, type MoveOptions, type MoveReport, moveSystem } from './move/move-system.ts';
export type { MoveSource, MoveTarget } from './move/move-target.ts';
export { type RestartContext, type RestartOptions, type RestartReport, type RestartStores, restartLog } from './recovery/restart-log.ts';
export { archivedUpTo, trimmableUpTo } from './archive/trimmable.ts';
export {
  applyRetention,
  type RetentionContext,
  type RetentionOptions,
  type RetentionReport,
  type Weight,
} from './retention/apply-retention.ts';
export { doUpkeep, startUpkeep, type Upkeep, type UpkeepContext, type UpkeepOptions, type UpkeepStores } from './upkeep/upkeep.ts';
export { createUpkeepMetrics, type UpkeepMetrics } from './upkeep/upkeep-metrics.ts';
export { type LateEvent, type LateOptions, type LateReport, readLateEvents } from './events/read-late.ts';
export { type ImdbSource, nameOfSource } from './bronze/imdb-source.ts';
export type { RunOutcome, RunReport } from './publish/run-record.ts';
export type { VersionSummary } from './publish/versions.ts';
export type { VersionWeights } from './publish/weigh-version.ts';
export { keepIceberg, removeIceberg, writeIceberg } from './iceberg/tables-of-lake.ts';
export type { IcebergReport, IcebergTable } from './iceberg/keep-iceberg.ts';
export type { PublishedSource } from './run/origin.ts';
export type { AlertOptions } from './run/alert.ts';
export { type BatchMetrics, createBatchMetrics } from './run/batch-metrics.ts';
export { RunSuperseded } from './run/failure.ts';
export { type BatchStatus, readStatus } from './run/batch-status.ts';
export { type BatchContext, type BatchOptions, runBatch } from './run/run-batch.ts';
export type { BatchStores } from './context/stores.ts';
export type { Damage } from './verify/damage.ts';
export { type VerifyContext, type VerifyReport, type VerifyStores, verifyStores } from './verify/verify-stores.ts';
export { type Schedule, type ScheduleOptions, startSchedule } from './run/schedule.ts';

/** The last `limit` runs, newest first. */
export const listVersions = (
  stores: Pick<BatchStores, 'objects' | 'views'>,
  limit: number,
  now: Date = new Date(),
): Promise<readonly VersionSummary[]> => summarizeVersions(openLake(stores.objects, ''), stores.views, limit, now);

/** What weighs what in a version; `undefined` if there is none with this number. */
export const weighVersion = (stores: Pick<BatchStores, 'objects' | 'views'>, version: number): Promise<VersionWeights | undefined> =>
  weigh(openLake(stores.objects, ''), stores.views, version);

/** What the served version was made from; `undefined` if nothing is published. */
export const servedSource = async ({ objects, views }: Pick<BatchStores, 'objects' | 'views'>): Promise<PublishedSource | undefined> => {
  const current = await views.currentPublication();
  return current && sourceOfPublication(openLake(objects, ''), current);
};

/**
 * Whether runs from this folder or store may follow the served version; without one, from the sample.
 * @throws UsageError if a sample would take the place of IMDb's files and `takeSample` does not say so.
 */
export const checkSource = async (
  stores: Pick<BatchStores, 'objects' | 'views'>,
  imdb: ImdbSource | undefined,
  takeSample: boolean,
): Promise<void> => checkOrigin(imdb === undefined ? 'sample' : await originOfSource(imdb), await servedSource(stores), takeSample);

/** Publishes an earlier version again; without `toVersion`, the one before the current. */
export const rollback = (stores: BatchStores, toVersion: number | undefined, now: Date = new Date()): Promise<Publication> =>
  rollbackTo(stores.views, toVersion, now);
