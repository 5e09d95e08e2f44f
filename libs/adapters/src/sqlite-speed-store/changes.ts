/** The change records: what one micro-batch did to a partition. The rows of a record share its partition, epoch and generation. */
import type { PartitionId } from '@rushes/domain';
import type { ChangeRecord } from '@rushes/ports';
import type { DatabaseSync } from 'node:sqlite';

import { changeRowsText, rowsInChange } from '../change-rows/change-rows.ts';
import { recordChecksum } from '../record-checksum/record-checksum.ts';
import { CHECKSUM } from './checksums.ts';
import type { Damages } from './damages.ts';

const APPEND = `
INSERT INTO changes (partition, from_offset, generation, to_offset, epoch, appended_at_ms, expires_at_ms, rows, rows_checksum, checksum)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (partition, to_offset) DO UPDATE SET
  from_offset = excluded.from_offset, generation = excluded.generation, epoch = excluded.epoch, appended_at_ms = excluded.appended_at_ms, expires_at_ms = excluded.expires_at_ms,
  rows = excluded.rows, rows_checksum = excluded.rows_checksum, checksum = excluded.checksum`;

const READ = `
SELECT from_offset, to_offset, epoch, generation, appended_at_ms, rows, expires_at_ms, rows_checksum, checksum, id FROM changes
WHERE partition = ? AND to_offset > ? AND expires_at_ms > ? ORDER BY to_offset LIMIT ?`;

type StoredChange = readonly [
  from: number,
  to: number,
  epoch: number,
  generation: number,
  appendedAtMs: number,
  rows: string,
  expiresAtMs: number,
  rowsChecksum: number,
  checksum: number,
  id: number,
];

const EMPTY = '[]';

export const changesOf = (database: DatabaseSync, damages: Damages) => {
  const append = database.prepare(APPEND);
  const read = database.prepare(READ);
  read.setReturnArrays(true);
  const remove = database.prepare('DELETE FROM changes WHERE id = ?');
  const empty = database.prepare(
    `UPDATE changes SET rows = ?1, rows_checksum = ${CHECKSUM}(?2),
       checksum = ${CHECKSUM}(partition, from_offset, generation, to_offset, epoch, appended_at_ms, expires_at_ms, ${CHECKSUM}(?2)) WHERE id = ?3`,
  );
  return {
    append(change: ChangeRecord, expiresAtMs: number): void {
      const { partition, from, to, epoch, generation, appendedAtMs } = change;
      const rows = changeRowsText(change);
      const rowsChecksum = recordChecksum([rows]);
      const place = [partition, from, generation, to, epoch, appendedAtMs, expiresAtMs] as const;
      append.run(...place, rows, rowsChecksum, recordChecksum([...place, rowsChecksum]));
    },
    read: (partition: PartitionId, after: number, limit: number, nowMs: number): readonly ChangeRecord[] =>
      read.all(partition, after, nowMs, limit).flatMap((record) => {
        // as: an array of the columns above, written by `append`
        const [from, to, epoch, generation, appendedAtMs, text, expiresAtMs, rowsChecksum, checksum, id] =
          record as unknown as StoredChange;
        const what = `the change record of ${partition} from offset ${from} to ${to}`;
        if (checksum !== recordChecksum([partition, from, generation, to, epoch, appendedAtMs, expiresAtMs, rowsChecksum])) {
          // Where it belongs is not known: whoever follows notices that one is missing.
          damages.found({ what, remove: () => void remove.run(id) });
          return [];
        }
        if (rowsChecksum !== recordChecksum([text])) {
          // It still says how far its micro-batch came.
          damages.found({ what, epoch, remove: () => void empty.run(EMPTY, EMPTY, id) });
          return [{ partition, from, to, epoch, generation, appendedAtMs, rows: [] }];
        }
        const rows = rowsInChange({ partition, epoch, generation }, text);
        return [{ partition, from, to, epoch, generation, appendedAtMs, rows }];
      }),
  };
};
