/** Which log it is that is projected; coverage, which never expires, and the writers' positions: written only under a partition's highest fence. */
import type { PartitionId } from '@rushes/domain';
import type { Coverage, SpeedPosition } from '@rushes/ports';
import type { DatabaseSync } from 'node:sqlite';

import { recordChecksum } from '../record-checksum/record-checksum.ts';
import { CHECKSUM } from './checksums.ts';
import type { Damages } from './damages.ts';

const CLAIM =
  'INSERT INTO owners (partition, fence) VALUES (?, ?) ON CONFLICT DO UPDATE SET fence = excluded.fence WHERE excluded.fence >= fence';

export const ownersOf = (database: DatabaseSync) => {
  const claim = database.prepare(CLAIM);
  return {
    claim: (partition: PartitionId, fence: number): boolean => claim.run(partition, fence).changes === 1,
  };
};

export const logOf = (database: DatabaseSync) => {
  const claim = database.prepare('INSERT OR IGNORE INTO log VALUES (1, ?)');
  const read = database.prepare('SELECT id FROM log');
  const owner = (): string | undefined => {
    const row = read.get();
    return row && String(row['id']);
  };
  return {
    read: owner,
    /** Within a transaction. Returns whose the store is then. */
    claim(id: string): string {
      claim.run(id);
      return owner() ?? id;
    },
  };
};

/** Of two promises the smaller one is believed; a renewal, which has a generation of its own, replaces what was there. */
const PUT_COVERAGE = `
INSERT INTO coverage (partition, epoch, generation, from_offset, expires_at_ms, begun) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
  from_offset = CASE WHEN excluded.generation > generation THEN excluded.from_offset ELSE max(from_offset, excluded.from_offset) END,
  expires_at_ms = CASE WHEN excluded.generation > generation THEN excluded.expires_at_ms ELSE min(expires_at_ms, excluded.expires_at_ms) END,
  generation = excluded.generation,
  begun = max(begun, excluded.begun)
WHERE excluded.generation >= generation`;

export const coverageOf = (database: DatabaseSync, damages: Damages) => {
  const read = database.prepare('SELECT partition, epoch, generation, from_offset, expires_at_ms, begun, checksum FROM coverage');
  const seal = database.prepare(
    `UPDATE coverage SET checksum = ${CHECKSUM}(partition, epoch, generation, from_offset, expires_at_ms, begun) WHERE partition = ? AND epoch = ?`,
  );
  const remove = database.prepare('DELETE FROM coverage WHERE partition = ? AND epoch = ?');
  read.setReturnArrays(true);
  const put = database.prepare(PUT_COVERAGE);
  const drop = database.prepare('DELETE FROM coverage WHERE epoch <= ?');
  return {
    read: (): readonly Coverage[] =>
      read.all().flatMap((record) => {
        // as: an array of the columns above, written by `put`
        const [partition, epoch, generation, from, expiresAtMs, begun, checksum] = record as unknown as [
          PartitionId,
          number,
          number,
          number,
          number,
          number,
          number,
        ];
        if (checksum === recordChecksum([partition, epoch, generation, from, expiresAtMs, begun]))
          return [{ partition, epoch, generation, from, expiresAtMs, begun }];
        // Nothing promises that the epoch is whole, until a batch run covers it.
        damages.found({ what: `the coverage of ${partition}, epoch ${epoch}`, epoch, remove: () => void remove.run(partition, epoch) });
        return [];
      }),
    put({ partition, epoch, generation, from, expiresAtMs, begun }: Coverage): void {
      put.run(partition, epoch, generation, from, expiresAtMs, begun);
      seal.run(partition, epoch);
    },
    drop: (upToEpoch: number): void => void drop.run(upToEpoch),
  };
};

const PUT_POSITION = `
INSERT INTO positions (partition, next_offset, epoch, opening_offset, opening_appended_at_ms, checksum) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
  next_offset = excluded.next_offset, epoch = excluded.epoch, opening_offset = excluded.opening_offset,
  opening_appended_at_ms = excluded.opening_appended_at_ms, checksum = excluded.checksum`;

export const positionsOf = (database: DatabaseSync, damages: Damages) => {
  const read = database.prepare(
    'SELECT next_offset, epoch, opening_offset, opening_appended_at_ms, checksum FROM positions WHERE partition = ?',
  );
  const remove = database.prepare('DELETE FROM positions WHERE partition = ?');
  read.setReturnArrays(true);
  const put = database.prepare(PUT_POSITION);
  return {
    read(partition: PartitionId): SpeedPosition | undefined {
      const record = read.get(partition);
      if (record === undefined) return undefined;
      // as: an array of the columns above, written by `put`
      const [offset, epoch, openingOffset, appendedAtMs, checksum] = record as unknown as [number, number, number, number, number];
      if (checksum !== recordChecksum([partition, offset, epoch, openingOffset, appendedAtMs])) {
        // A writer without a position begins at the published cut.
        damages.found({ what: `the position of ${partition}`, remove: () => void remove.run(partition) });
        return undefined;
      }
      return { partition, offset, epoch, opening: { offset: openingOffset, appendedAtMs } };
    },
    put({ partition, offset, epoch, opening }: SpeedPosition): void {
      const values = [partition, offset, epoch, opening.offset, opening.appendedAtMs] as const;
      put.run(...values, recordChecksum(values));
    },
  };
};
