/** A restart becomes so in the lake: from then on the lake is the new log's, and the archive says what it will never have. */
import { type OffsetVector, type PartitionRange, PARTITIONS } from '@rushes/domain';
import { claimLake, listLakeLogs, putLakeLog } from '@rushes/ports';
import { TransientError } from '@rushes/runtime';
import type { RunContext } from '../context/run-context.ts';
import { landedOf, type Landing, landingKey } from '../archive/landing.ts';

export interface RecordedRestart {
  readonly id: string;
  readonly before: string | undefined;
  readonly from: OffsetVector;
  readonly lost: readonly PartitionRange[];
  readonly last: Landing | undefined;
  readonly barrier: number;
}

/** @throws TransientError if somebody else changed the lake meanwhile. */
export const recordRestart = async (
  { lake, now }: Pick<RunContext, 'lake' | 'now'>,
  { id, before, from, lost, last, barrier }: RecordedRestart,
): Promise<void> => {
  const busy = new TransientError('somebody else works on this lake', { hint: 'Stop everything on this data, then try again.' });
  const since = now().toISOString();
  if (before !== undefined) await claimLake(lake.objects, before, now());
  const number = ((await listLakeLogs(lake.objects)).at(-1)?.number ?? 0) + 1;
  if (!(await putLakeLog(lake.objects, { number, id, from, since, barrier }))) throw busy;
  if (lost.length === 0) return;
  const partitions = Object.fromEntries(
    PARTITIONS.map((partition) => {
      const { to, highestBarrier, timeMs, gaps } = landedOf(last, partition);
      const added = lost
        .filter((range) => range.partition === partition)
        .map((range) => ({ from: range.from, to: range.to, highestBarrier }));
      return [partition, { from: to, to, highestBarrier, timeMs, gaps: [...gaps, ...added] }];
    }),
  );
  const landing: Landing = { format: 1, number: (last?.number ?? 0) + 1, version: barrier, landedAt: since, files: {}, partitions };
  if (!(await lake.putJsonIfAbsent(landingKey(landing.number), landing))) throw busy;
};
