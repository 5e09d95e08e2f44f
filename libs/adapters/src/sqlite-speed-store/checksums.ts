/**
 * A checksum of each record, of every column that is not the checksum itself; of a row and a group also what their ids stand for. SQL computes it where it
 * decides what a record becomes.
 */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

import { recordChecksum } from '../record-checksum/record-checksum.ts';

/** What SQL calls. */
export const CHECKSUM = 'record_checksum';

export const defineChecksum = (database: DatabaseSync): void =>
  database.function(CHECKSUM, { varargs: true, deterministic: true }, (...values: SQLInputValue[]) =>
    recordChecksum(values.map((value) => (typeof value === 'string' || typeof value === 'number' ? value : null))),
  );

/** Of a file that was written before there were checksums: what it holds is believed once more. */
export const ADD_CHECKSUMS = `
ALTER TABLE row_groups ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE speed_rows ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE changes ADD COLUMN rows_checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE changes ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE coverage ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE positions ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
UPDATE row_groups SET checksum = ${CHECKSUM}(id, view, epoch, generation);
UPDATE speed_rows SET checksum = (
  SELECT ${CHECKSUM}(view, epoch, generation, key, partition, timestamp_us, expires_at_ms, last_offset, appended_at_ms, state)
  FROM row_groups WHERE id = group_id
) WHERE group_id IN (SELECT id FROM row_groups);
UPDATE changes SET rows_checksum = ${CHECKSUM}(rows);
UPDATE changes SET checksum = ${CHECKSUM}(partition, from_offset, generation, to_offset, epoch, appended_at_ms, expires_at_ms, rows_checksum);
UPDATE coverage SET checksum = ${CHECKSUM}(partition, epoch, generation, from_offset, expires_at_ms, begun);
UPDATE positions SET checksum = ${CHECKSUM}(partition, next_offset, epoch, opening_offset, opening_appended_at_ms);
`;
