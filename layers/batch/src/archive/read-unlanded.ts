/** Reads what of a partition is not archived yet. */
import { duplicateClock, type PartitionId } from '@rushes/domain';
import { type EventLog, type LogRecord, OffsetTrimmedError } from '@rushes/ports';
import type { Barrier } from './cut.ts';
import type { Gap, LandedPartition } from './landing.ts';

export interface UnlandedReading {
  /** The first barrier of this number is where reading ends. */
  readonly barrier: Barrier;
  /** Where it lies, if that is known; the archive may be behind it by now. */
  readonly cut: number | undefined;
  readonly signal: AbortSignal;
  /** Given all records before the barrier, in their order. */
  readonly keep: (records: readonly LogRecord[]) => Promise<void>;
}

export interface ReadPartition {
  readonly landed: LandedPartition;
  /** Offset of the barrier; `undefined`: it is not in the log. */
  readonly barrierAt: number | undefined;
}

/** Reads a partition from where the archive ends up to the run's barrier. */
export const readUnlanded = async (
  log: EventLog,
  partition: PartitionId,
  before: LandedPartition,
  { barrier, cut, signal, keep }: UnlandedReading,
): Promise<ReadPartition> => {
  const gaps: Gap[] = [...before.gaps];
  let { highestBarrier, timeMs, countedMs = 0 } = before;
  const clock = duplicateClock(before.to === 0 ? undefined : timeMs);
  const begunMs = countedMs;
  let [at, barrierAt] = [before.to, cut];

  const take = async (records: readonly LogRecord[]): Promise<void> => {
    await keep(records);
    for (const record of records) {
      timeMs = Math.max(timeMs, record.appendedAtMs);
      countedMs = begunMs + clock(record.appendedAtMs);
      if (record.kind === 'barrier') highestBarrier = Math.max(highestBarrier, record.number);
      at = record.offset + 1;
    }
  };
  /** Reads on until the barrier or the end; only a range that came to its end says that nothing more lies before it. */
  const readOn = async (end: number): Promise<void> => {
    for await (const records of log.range(partition, at, end, { signal })) {
      const place =
        barrierAt === undefined ? records.findIndex((record) => record.kind === 'barrier' && record.number === barrier.number) : -1;
      await take(place === -1 ? records : records.slice(0, place));
      barrierAt ??= records[place]?.offset;
      if (place !== -1) break;
    }
    at = barrierAt ?? end;
  };

  const end = cut ?? barrier.end[partition] ?? 0;
  while (at < (barrierAt ?? end)) {
    try {
      await readOn(end);
    } catch (error) {
      if (!(error instanceof OffsetTrimmedError) || error.earliest <= at) throw error;
      // What barriers it had is not known: numbers are taken above every claim, so none of them was higher than the run's.
      const gone = Math.min(error.earliest, end);
      gaps.push({ from: at, to: gone, highestBarrier });
      at = gone;
    }
  }
  const to = Math.max(before.to, barrierAt ?? at);
  return { landed: { from: before.to, to, highestBarrier, timeMs, countedMs, gaps }, barrierAt };
};
