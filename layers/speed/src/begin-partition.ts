/** Where a writer of a partition begins, and what it has to know of the records before: the epoch, and the ids of the window in which duplicates lie. */
import { offsetAt, type PartitionId } from '@rushes/domain';
import {
  boundsAt,
  coveredEpoch,
  type DuplicateFilters,
  duplicateWindowStart,
  type EventLog,
  type LogRecord,
  type OpenDuplicateFilter,
  type Publication,
  type SpeedPosition,
} from '@rushes/ports';

import type { Turn } from './turn.ts';
import type { Opening } from './write-timestamp.ts';

export interface Reading {
  readonly log: EventLog;
  readonly duplicateFilters: DuplicateFilters;
  readonly turn: Turn;
  /** Ends the reading of a long window. */
  readonly signal: AbortSignal;
}

/** What is published; `undefined`: nothing yet. */
export type Published = Pick<Publication, 'cut' | 'version'> | undefined;

export interface Beginning {
  readonly offset: number;
  readonly epoch: number;
  readonly opening: Opening;
  /** The store knows no position: coverage has to say that projecting begins here. */
  readonly isNew: boolean;
}

/** Records that were never projected are gone from the log: what they made duplicates of can never be known. */
class TrimmedPastError extends Error {
  override readonly name = 'TrimmedPastError';
}

const recordAt = async (log: EventLog, partition: PartitionId, offset: number): Promise<LogRecord | undefined> => {
  const { next } = boundsAt(await log.bounds(), partition);
  for await (const [record] of log.range(partition, offset, Math.min(next, offset + 1))) if (record !== undefined) return record;
  return undefined;
};

/** Without a position of its own, a writer begins at the published cut, which the barrier of that version's number makes: all that follows is of later epochs. */
const beginAtCut = async (log: EventLog, partition: PartitionId, published: Published, createdAtMs: number): Promise<Beginning> => {
  const offset = offsetAt(published?.cut ?? {}, partition);
  const covered = published === undefined ? 0 : coveredEpoch(published);
  const first = covered === 0 ? undefined : await recordAt(log, partition, offset);
  const isOpening = first?.kind === 'barrier' && first.number === covered;
  return { offset, epoch: covered + 1, opening: { offset, appendedAtMs: isOpening ? first.appendedAtMs : createdAtMs }, isNew: true };
};

/**
 * @param known the position in the store.
 * @param createdAtMs what the first epoch counts from, which no barrier opens.
 */
export const beginPartition = async (
  log: EventLog,
  partition: PartitionId,
  known: SpeedPosition | undefined,
  published: Published,
  createdAtMs: number,
): Promise<Beginning> => {
  const { earliest } = boundsAt(await log.bounds(), partition);
  if (known !== undefined && known.offset >= earliest) return { ...known, isNew: false };
  const cut = offsetAt(published?.cut ?? {}, partition);
  if (cut < earliest)
    throw new TrimmedPastError(
      `${partition} in ${log.location} begins at offset ${earliest}: what lies from ${cut} on was neither projected nor published. A batch run that covers it lets projecting go on.`,
    );
  return beginAtCut(log, partition, published, createdAtMs);
};

/** A filter that has been shown the records of the window before `offset`. To be closed by whoever asked for it. */
export const openWindow = async (
  { log, duplicateFilters, turn, signal }: Reading,
  partition: PartitionId,
  offset: number,
): Promise<OpenDuplicateFilter> => {
  const filter = duplicateFilters.open();
  try {
    const start = await duplicateWindowStart(log, partition, offset);
    for await (const records of log.range(partition, start, offset, { signal })) {
      await turn();
      signal.throwIfAborted();
      for (const record of records) {
        if (record.kind === 'event') filter.isDuplicate(record.id, record.appendedAtMs);
        else filter.passBarrier(record.appendedAtMs);
      }
    }
    return filter;
  } catch (error) {
    filter.close();
    throw error;
  }
};
