/** Which log it is that is projected; coverage, which never expires, and the writers' positions: written only under a partition's highest fence. */
import type { PartitionId } from '@rushes/domain';
import type { Claimed, Coverage, Ownership, PartitionProgress, SpeedPosition } from '@rushes/ports';
import type { DatabaseSync } from 'node:sqlite';

import { recordChecksum } from '../record-checksum/record-checksum.ts';
import { CHECKSUM } from './checksums.ts';
import type { Damages } from './damages.ts';

export const logOf = (database: DatabaseSync) => {
  const claim = database.prepare('INSERT OR IGNORE INTO log VALUES (1, ?, ?)');
  const read = database.prepare('SELECT id AS log, claimed_at_ms AS claimedAtMs FROM log');
  const claimed = (): Claimed | undefined => {
    const row = read.get();
    return row && { log: String(row['log']), claimedAtMs: Number(row['claimedAtMs']) };
  };
  return {
    read: claimed,
    /** Within a transaction. Returns whose the store is then. */
    claim(id: string, nowMs: number): Claimed {
      claim.run(id, nowMs);
      return claimed() ?? { log: id, claimedAtMs: nowMs };
    },
  };
};

/** Of two promises the smaller one is believed; a renewal, which has a generation of its own, replaces what was there. */
const PUT_COVERAGE = `
INSERT INTO coverage (partition, epoch, generation, from_offset, expires_at_ms, begun, base_us) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
  from_offset = CASE WHEN excluded.generation > generation THEN excluded.from_offset ELSE from_offset END,
  base_us = CASE WHEN excluded.generation > generation THEN excluded.base_us ELSE base_us END,
  expires_at_ms = CASE WHEN excluded.generation > generation THEN excluded.expires_at_ms ELSE min(expires_at_ms, excluded.expires_at_ms) END,
  generation = excluded.generation,
  begun = max(begun, excluded.begun)
WHERE excluded.generation >= generation`;

type StoredCoverage = readonly [
  partition: PartitionId,
  epoch: number,
  generation: number,
  from: number,
  expiresAtMs: number,
  begun: number,
  baseUs: number,
  checksum: number,
];

export const coverageOf = (database: DatabaseSync, damages: Damages) => {
  const read = database.prepare(
    'SELECT partition, epoch, generation, from_offset, expires_at_ms, begun, base_us, checksum FROM coverage ORDER BY partition, epoch',
  );
  const seal = database.prepare(
    `UPDATE coverage SET checksum = ${CHECKSUM}(partition, epoch, generation, from_offset, expires_at_ms, begun, base_us) WHERE partition = ? AND epoch = ?`,
  );
  const remove = database.prepare('DELETE FROM coverage WHERE partition = ? AND epoch = ?');
  read.setReturnArrays(true);
  const put = database.prepare(PUT_COVERAGE);
  const drop = database.prepare('DELETE FROM coverage WHERE partition = ? AND epoch <= ?');
  return {
    read: (): readonly Coverage[] =>
      read.all().flatMap((record) => {
        const [partition, epoch, generation, from, expiresAtMs, begun, baseUs, checksum] = record as unknown as StoredCoverage; // as: the columns above, written by `put`
        if (checksum === recordChecksum([partition, epoch, generation, from, expiresAtMs, begun, baseUs]))
          return [{ partition, epoch, generation, from, expiresAtMs, begun, baseUs }];
        // Nothing promises that the epoch is whole, until a batch run covers it.
        damages.found({ what: `the coverage of ${partition}, epoch ${epoch}`, epoch, remove: () => void remove.run(partition, epoch) });
        return [];
      }),
    put({ partition, epoch, generation, from, expiresAtMs, begun, baseUs }: Coverage): void {
      put.run(partition, epoch, generation, from, expiresAtMs, begun, baseUs);
      seal.run(partition, epoch);
    },
    drop: (partition: PartitionId, upToEpoch: number): void => void drop.run(partition, upToEpoch),
  };
};

const PUT_POSITION = `
INSERT INTO positions (partition, next_offset, epoch, opening_offset, opening_appended_at_ms, checksum) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
  next_offset = excluded.next_offset, epoch = excluded.epoch, opening_offset = excluded.opening_offset,
  opening_appended_at_ms = excluded.opening_appended_at_ms, checksum = excluded.checksum`;

type StoredPosition = readonly [
  partition: PartitionId,
  offset: number,
  epoch: number,
  openingOffset: number,
  appendedAtMs: number,
  checksum: number,
];

export const positionsOf = (database: DatabaseSync, damages: Damages) => {
  const read = database.prepare('SELECT partition, next_offset, epoch, opening_offset, opening_appended_at_ms, checksum FROM positions');
  const remove = database.prepare('DELETE FROM positions WHERE partition = ?');
  read.setReturnArrays(true);
  const put = database.prepare(PUT_POSITION);
  return {
    read: (): readonly SpeedPosition[] =>
      read.all().flatMap((record) => {
        const [partition, offset, epoch, openingOffset, appendedAtMs, checksum] = record as unknown as StoredPosition; // as: the columns above, written by `put`
        if (checksum === recordChecksum([partition, offset, epoch, openingOffset, appendedAtMs]))
          return [{ partition, offset, epoch, opening: { offset: openingOffset, appendedAtMs } }];
        // A writer without a position begins at the published cut.
        damages.found({ what: `the position of ${partition}`, remove: () => void remove.run(partition) });
        return [];
      }),
    put({ partition, offset, epoch, opening }: SpeedPosition): void {
      const values = [partition, offset, epoch, opening.offset, opening.appendedAtMs] as const;
      put.run(...values, recordChecksum(values));
    },
  };
};

/** What is known of each partition, from whatever it is known by. */
export const progressFrom = (
  owned: readonly Ownership[],
  positions: readonly SpeedPosition[],
  coverage: readonly Coverage[],
): readonly PartitionProgress[] => {
  const owners = new Map(owned.map((one) => [one.partition, one]));
  const reached = new Map(positions.map((one) => [one.partition, one]));
  const covered = Map.groupBy(coverage, (one) => one.partition);
  return [...new Set([...owners.keys(), ...reached.keys(), ...covered.keys()])].map((partition) => ({
    ...(owners.get(partition) ?? { partition, owner: null, fence: 0 }),
    position: reached.get(partition),
    coverage: covered.get(partition) ?? [],
  }));
};
