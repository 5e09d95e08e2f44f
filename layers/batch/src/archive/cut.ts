/**
 * Where a run cuts the log. Invariant: the cut is the offset of the first barrier of the run's number as the log has it, in every partition, whatever an
 * append said; records before it are the run's, the barrier itself carries no event.
 */
import { offsetAt, type OffsetVector, PARTITIONS, type PartitionId } from '@rushes/domain';
import type { Lake } from '@rushes/lake';
import type { Manifest } from '@rushes/ports/manifest';
import { claimLake, type EventLog, LOST_LOG_HINT, movedFault, readMoved } from '@rushes/ports';
import { TerminalError, TransientError } from '@rushes/runtime';

export interface PlacedCut {
  readonly cut: OffsetVector;
  /** A barrier with a higher number stands before this one in some partition: that run's result is the one to publish. */
  readonly overtakenBy: { readonly number: number; readonly partition: PartitionId } | undefined;
}

/** What a version covers, as its manifest has it. */
export const cutOf = (version: Pick<Manifest, 'cut'> | undefined): OffsetVector => entriesOf(version?.cut ?? {});

/** A cut as a manifest has it. */
export const manifestCut = (cut: OffsetVector): Manifest['cut'] => entriesOf(cut);

const entriesOf = (cut: Readonly<Record<string, number | undefined>>): Record<string, number> =>
  Object.fromEntries(PARTITIONS.flatMap((partition) => (cut[partition] === undefined ? [] : [[partition, cut[partition]]])));

/** A run's barrier, to be looked for in the log. */
export interface Barrier {
  readonly number: number;
  /** It lies before these offsets, or nowhere. */
  readonly end: OffsetVector;
  /** What kept appending it from being acknowledged: it may be in every partition all the same. */
  readonly failure: unknown;
}

/** Appends the run's barrier to every partition. Where it lies, whoever reads the partition finds. */
export const appendRunBarrier = async (log: EventLog, number: number, signal: AbortSignal): Promise<Barrier> => {
  const failure: unknown = await log.appendBarrier(number).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { number, end: (await log.bounds({ signal })).next, failure };
};

export const missingBarrierError = (log: EventLog, partition: PartitionId, { number, failure }: Barrier): TransientError =>
  new TransientError(`barrier ${number} is not in ${partition} of ${log.location}`, {
    hint: 'run again: the next run takes a number of its own',
    cause: failure,
  });

/**
 * A log other than the one that the lake is made from, or an old copy of it: its offsets mean other events. Called before anything is appended to it.
 * @param known what the archive or the published version has of the log.
 */
export const requireSameLog = async (lake: Lake, log: EventLog, known: readonly OffsetVector[], now: Date): Promise<void> => {
  const moved = await readMoved(lake.objects);
  if (moved) {
    const { message, hint } = movedFault(lake.objects, moved);
    throw new TerminalError(message, { hint });
  }
  const bounds = await log.bounds();
  for (const partition of PARTITIONS) {
    const next = offsetAt(bounds.next, partition);
    const end = Math.max(...known.map((vector) => offsetAt(vector, partition)));
    if (next < end)
      throw new TerminalError(
        `${partition} in ${log.location} ends at offset ${next}, but offsets up to ${end} were read before: it is another log, or an old copy of the one that was read`,
        { hint: LOST_LOG_HINT },
      );
  }
  const { id } = await claimLake(lake.objects, log.id, now);
  if (id !== log.id)
    throw new TerminalError(
      `${log.location} is log ${log.id}, but the lake in ${lake.objects.location} is made from log ${id}: it is another log`,
      {
        hint: LOST_LOG_HINT,
      },
    );
};
