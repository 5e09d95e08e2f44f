/** What is done for tidiness before and after a version is made: whatever goes wrong with it never fails a run. */
import type { Lake } from '@rushes/lake';
import type { Manifest } from '@rushes/ports/manifest';
import type { Logger } from '@rushes/runtime';
import type { BatchStores } from '../context/stores.ts';
import { keepIceberg } from '../iceberg/tables-of-lake.ts';
import { collectGarbage, dropRetired } from '../publish/collect-garbage.ts';

interface TidyOptions {
  readonly keepVersions: number;
}

/** Makes room before it is looked whether there is enough. */
export const tidyViews = async (
  { views }: BatchStores,
  { keepVersions }: TidyOptions,
  { logger, signal }: { readonly logger: Logger; readonly signal: AbortSignal },
): Promise<void> => {
  try {
    const artefacts = await dropRetired(views, keepVersions, signal);
    if (artefacts > 0) logger.info({ artefacts }, 'removed artefacts that no kept version names');
  } catch (err) {
    signal.throwIfAborted();
    logger.warn({ err }, 'could not remove retired artefacts; the next run tries again');
  }
};

/** The version is published; whatever goes wrong here is only untidy. */
export const tidyUp = async (
  lake: Lake,
  stores: BatchStores,
  options: TidyOptions,
  logger: Logger,
  now: Date,
  known: readonly Manifest[],
): Promise<void> => {
  // Before files go that the tables may still name.
  await keepIceberg(stores, { ...options, logger, now: () => now, known });
  try {
    const collected = await collectGarbage(lake, stores.views, options.keepVersions, now, known);
    if (collected.artefacts + collected.files > 0) logger.info({ ...collected }, 'removed what no kept version names');
  } catch (err) {
    logger.warn({ err }, 'could not remove old versions; the next run tries again');
  }
};
