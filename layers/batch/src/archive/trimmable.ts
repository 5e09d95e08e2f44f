/** What the log may forget. */
import { offsetAt, type OffsetVector, PARTITIONS, type PartitionId } from '@rushes/domain';
import { openLake } from '@rushes/lake';
import { type BatchViewStore, duplicateWindowStart, type EventLog, type ObjectStore } from '@rushes/ports';
import { soundlyLandedUpTo } from './mend-archive.ts';
import { openArchive } from './opening.ts';

interface LogStores {
  readonly objects: ObjectStore;
  readonly log: EventLog;
}

/** What of the log is archived in files that are what was stored. */
export const archivedUpTo = async ({ objects, log }: LogStores): Promise<OffsetVector> => {
  const lake = openLake(objects, '');
  return soundlyLandedUpTo(lake, log, await openArchive(lake));
};

/**
 * The log may forget the records before these offsets, if they are old enough: what is archived, and lies before the window of a writer that begins at
 * the published cut. Age alone does not say that: a log that lay idle, or whose clock was ahead, has records in that window that seem old.
 */
export const trimmableUpTo = async (stores: LogStores & { readonly views: BatchViewStore }): Promise<OffsetVector> => {
  const [archived, publication] = [await archivedUpTo(stores), await stores.views.currentPublication()];
  const upTo: Partial<Record<PartitionId, number>> = {};
  for (const partition of PARTITIONS) {
    const begins = Math.min(offsetAt(archived, partition), offsetAt(publication?.cut ?? {}, partition));
    upTo[partition] = await duplicateWindowStart(stores.log, partition, begins);
  }
  return upTo;
};
