/** Where a writer of a partition begins, and what it has to know of the records before: the epoch, and the ids of the window in which duplicates lie. */
import { offsetAt, type OffsetVector, type PartitionId } from '@rushes/domain';
import {
  boundsAt,
  type DuplicateFilters,
  duplicateWindowStart,
  type EventLog,
  type OpenDuplicateFilter,
  type SpeedPosition,
  type SpeedStore,
} from '@rushes/ports';

import { FIRST_OPENING, type Opening } from './plan-batches.ts';
import { turn } from './turn.ts';

const READ_RECORDS = 2000;

export interface Beginning {
  readonly offset: number;
  readonly epoch: number;
  readonly opening: Opening;
  /** To be closed by whoever asked for the beginning. */
  readonly duplicates: OpenDuplicateFilter;
  /** The store knows no position: coverage has to say that projecting begins here. */
  readonly isNew: boolean;
}

interface Reading {
  readonly log: EventLog;
  /** Ends the reading of a long window. */
  readonly signal: AbortSignal;
}

const openingAt = async (
  log: EventLog,
  partition: PartitionId,
  offset: number,
): Promise<{ readonly epoch: number; readonly opening: Opening }> => {
  const number = await log.highestBarrierBefore(partition, offset);
  const found = number === 0 ? undefined : await log.findBarrier(partition, number);
  return { epoch: number + 1, opening: found === undefined ? FIRST_OPENING : found.barrier };
};

/** Shows a filter the records of the window before `offset`. */
const showWindow = async (filter: OpenDuplicateFilter, { log, signal }: Reading, partition: PartitionId, offset: number): Promise<void> => {
  let at = await duplicateWindowStart(log, partition, offset);
  while (at < offset) {
    await turn();
    signal.throwIfAborted();
    const records = await log.read(partition, at, READ_RECORDS);
    const end = records.at(-1);
    if (end === undefined) break;
    for (const record of records) {
      if (record.offset >= offset) break;
      if (record.kind === 'event') filter.isDuplicate(record.id, record.appendedAtMs);
      else filter.passBarrier(record.appendedAtMs);
    }
    at = end.offset + 1;
  }
};

/** Records that were never projected are gone from the log: what they made duplicates of can never be known. */
class TrimmedPastError extends Error {
  override readonly name = 'TrimmedPastError';
}

/** @param cut of the published version: without a position of its own, a writer begins there. */
export const beginPartition = async (
  reading: Reading & { readonly duplicateFilters: DuplicateFilters },
  store: Pick<SpeedStore, 'readPosition'>,
  partition: PartitionId,
  cut: OffsetVector,
): Promise<Beginning> => {
  const { log, duplicateFilters } = reading;
  const known: SpeedPosition | undefined = await store.readPosition(partition);
  const { earliest } = boundsAt(await log.bounds(), partition);
  const published = offsetAt(cut, partition);
  const goesOn = known !== undefined && known.offset >= earliest;
  if (!goesOn && published < earliest)
    throw new TrimmedPastError(
      `${partition} in ${log.location} begins at offset ${earliest}: what lies from ${published} on was neither projected nor published. A batch run that covers it lets projecting go on.`,
    );
  const offset = goesOn ? known.offset : published;
  const { epoch, opening } = goesOn ? known : await openingAt(log, partition, offset);
  const duplicates = duplicateFilters.open();
  try {
    await showWindow(duplicates, reading, partition, offset);
  } catch (error) {
    duplicates.close();
    throw error;
  }
  return { offset, epoch, opening, duplicates, isNew: !goesOn };
};
