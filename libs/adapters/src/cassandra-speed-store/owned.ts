/**
 * A row for each partition of the log: owner, fence, position and coverage, all of them written by conditional statements that name the fence. So what comes
 * under a former fence is refused in the same step that would write it. Coverage is one cell, and is replaced only where it is still what it was: of two
 * processes that change it none undoes the other's change.
 *
 * After a write whose outcome is not known the partition is in doubt: before anything else is read or written of it, the row is read in a way that ends what
 * may still be under way.
 */
import type { PartitionId } from '@rushes/domain';
import { type Coverage, type PartitionProgress, type SpeedPosition, StoreUnavailable, WriteInDoubtError } from '@rushes/ports';
import type { types } from 'cassandra-driver';

import { coverageCell, coverageIn, positionCell, positionIn, withCoverage, withoutTrust } from './coverage-cell.ts';
import type { Damage, Damages } from './damages.ts';
import { inParallel } from '../in-parallel/in-parallel.ts';
import type { Session, Value } from './session.ts';
import { qualified } from './tables.ts';

/** How often coverage that others change meanwhile is tried again: each time somebody's change got through. */
const TRIES = 100;

const APPLIED = '[applied]';
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const fenceOf = (row: types.Row | undefined): number => Number(row?.['fence'] ?? 0);

export const ownedOf = (session: Session, keyspace: string) => {
  const table = qualified(keyspace, 'owned');
  const columns = 'partition, fence, owner, position, coverage';
  const readAll = `SELECT ${columns} FROM ${table}`;
  const readOne = `${readAll} WHERE partition = ?`;
  const claimFirst = `UPDATE ${table} SET fence = ?, owner = ? WHERE partition = ? IF fence = null`;
  const claim = `UPDATE ${table} SET fence = ?, owner = ? WHERE partition = ? IF fence = ?`;
  const release = `UPDATE ${table} SET owner = null WHERE partition = ? IF fence = ?`;
  const position = `UPDATE ${table} SET position = ? WHERE partition = ? IF fence = ?`;
  const removePosition = `UPDATE ${table} SET position = null WHERE partition = ? IF position = ?`;
  const coverage = `UPDATE ${table} SET coverage = ? WHERE partition = ? IF fence = ? AND coverage = ?`;
  const trust = `UPDATE ${table} SET coverage = ? WHERE partition = ? IF coverage = ?`;
  const inDoubt = new Set<PartitionId>();
  /** What the cell of coverage was when it was last read or written here. */
  const cells = new Map<PartitionId, string | null>();

  /** Ends what is under way in the partition, and reads what came of it. */
  const readSerial = async (partition: PartitionId): Promise<types.Row | undefined> => {
    const [row] = await session.readSerial(readOne, [partition]);
    inDoubt.delete(partition);
    cells.set(partition, textOf(row?.['coverage']));
    return row;
  };
  const writeIf = async (partition: PartitionId, query: string, params: readonly Value[]): Promise<types.Row> => {
    if (inDoubt.has(partition)) await readSerial(partition);
    try {
      return await session.writeIf(query, params);
    } catch (error) {
      if (error instanceof WriteInDoubtError) {
        inDoubt.add(partition);
        cells.delete(partition);
      }
      throw error;
    }
  };
  const isApplied = (row: types.Row): boolean => row[APPLIED] === true;

  /** Replaces the coverage by what `change` makes of it, as long as the fence is the partition's. */
  const changeCoverage = async (
    partition: PartitionId,
    fence: number,
    change: (now: readonly Coverage[]) => readonly Coverage[],
  ): Promise<boolean> => {
    // Of a partition that nobody has claimed there is no row.
    if (!(fence > 0)) return false;
    for (let tries = 0; tries < TRIES; tries++) {
      if (!cells.has(partition) && fenceOf(await readSerial(partition)) !== fence) return false;
      const cell = cells.get(partition) ?? null;
      const next = coverageCell(partition, change(coverageIn(partition, cell) ?? []));
      const row = await writeIf(partition, coverage, [next, partition, BigInt(fence), cell]);
      if (isApplied(row)) {
        cells.set(partition, next);
        return true;
      }
      if (fenceOf(row) !== fence) return false;
      cells.set(partition, textOf(row['coverage']));
    }
    throw new StoreUnavailable({
      location: session.location,
      reason: `did not take the coverage of ${partition}: others changed it ${TRIES} times meanwhile`,
      hint: 'Try again.',
    });
  };

  const rowsNow = async (): Promise<readonly types.Row[]> => {
    await inParallel([...inDoubt], session.requestsAtOnce, readSerial);
    return session.read(readAll);
  };
  const partitionOf = (row: types.Row) => String(row['partition']) as PartitionId; // as: written by `claim`
  const ownershipOf = (row: types.Row) => ({ partition: partitionOf(row), owner: textOf(row['owner']), fence: fenceOf(row) });

  return {
    /** In the order of partitions. */
    all: async () => (await rowsNow()).map(ownershipOf).toSorted((a, b) => (a.partition < b.partition ? -1 : 1)),

    async progress(damages: Damages): Promise<readonly PartitionProgress[]> {
      return (await rowsNow()).map((row) => {
        const ownership = ownershipOf(row);
        const { partition } = ownership;
        const [positionText, coverageText] = [textOf(row['position']), textOf(row['coverage'])];
        const reached = positionText === null ? undefined : positionIn(partition, positionText);
        if (positionText !== null && reached === undefined)
          // A writer without a position begins at the published cut.
          damages.found({
            what: `the position of ${partition}`,
            partition,
            remove: async () => void (await writeIf(partition, removePosition, [partition, positionText])),
          });
        const covered = coverageIn(partition, coverageText);
        if (covered === undefined)
          // Nothing promises that its epochs are whole, until a batch run covers them.
          damages.found({
            what: `the coverage of ${partition}`,
            partition,
            remove: async () => void (await writeIf(partition, trust, [null, partition, coverageText])),
          });
        return { ...ownership, position: reached, coverage: covered ?? [] };
      });
    },

    async claim(partition: PartitionId, member: string, seenFence: number): Promise<number | undefined> {
      const fence = seenFence + 1;
      const row =
        seenFence === 0
          ? await writeIf(partition, claimFirst, [BigInt(fence), member, partition])
          : await writeIf(partition, claim, [BigInt(fence), member, partition, BigInt(seenFence)]);
      if (isApplied(row)) return fence;
      if (fenceOf(row) <= seenFence) return undefined;
      // Perhaps the member's own earlier attempt.
      const now = await readSerial(partition);
      return textOf(now?.['owner']) === member && fenceOf(now) > seenFence ? fenceOf(now) : undefined;
    },

    release: async (partition: PartitionId, fence: number): Promise<void> =>
      void (await writeIf(partition, release, [partition, BigInt(fence)])),

    putPosition: async (reached: SpeedPosition, fence: number): Promise<boolean> =>
      isApplied(await writeIf(reached.partition, position, [positionCell(reached), reached.partition, BigInt(fence)])),

    putCoverage: (put: Coverage, fence: number): Promise<boolean> => changeCoverage(put.partition, fence, (now) => withCoverage(now, put)),

    dropCoverage: (partition: PartitionId, upToEpoch: number, fence: number): Promise<boolean> =>
      changeCoverage(partition, fence, (now) => now.filter(({ epoch }) => epoch > upToEpoch)),

    /** Ends the trust in what may lack what was lost, whoever owns it. */
    async distrust({ epoch, partition }: Damage, nowMs: number): Promise<void> {
      const rows = (await rowsNow()).filter((row) => partition === undefined || partitionOf(row) === partition);
      await inParallel(rows, session.requestsAtOnce, async (found) => {
        const of = partitionOf(found);
        for (let row: types.Row | undefined = found, tries = 0; row && tries < TRIES; tries++) {
          const cell = textOf(row['coverage']);
          const known = coverageIn(of, cell);
          if (known === undefined || !known.some((one) => (epoch ?? one.epoch) === one.epoch && one.expiresAtMs > nowMs)) return;
          const outcome: types.Row = await writeIf(of, trust, [coverageCell(of, withoutTrust(known, epoch, nowMs)), of, cell]);
          cells.delete(of);
          row = isApplied(outcome) ? undefined : outcome;
        }
      });
    },
  };
};
