/**
 * The rows. Of two writes of one row the one with the higher timestamp stays, at equal timestamps the one whose state is greater bytewise; state
 * and last offset are replaced together. A row that has expired, but is still there, rules older writes out as if it had not expired.
 */
import type { PartitionId } from '@rushes/domain';
import type { SpeedKey, SpeedRow, TimedRow } from '@rushes/ports';
import type { DatabaseSync } from 'node:sqlite';

import { recordChecksum } from '../record-checksum/record-checksum.ts';
import type { Damages } from './damages.ts';
import { type RowGroup, rowGroupsOf } from './row-groups.ts';

/** A batch of a scan ends with this many rows or UTF-16 units of state, whichever comes first. */
const BATCH_ROWS = 1_000;
const BATCH_TEXT = 4_000_000;

const UPSERT = `
INSERT INTO speed_rows (group_id, key, partition, timestamp_us, expires_at_ms, last_offset, appended_at_ms, state, checksum)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
  timestamp_us = excluded.timestamp_us, expires_at_ms = excluded.expires_at_ms, last_offset = excluded.last_offset,
  appended_at_ms = excluded.appended_at_ms, state = excluded.state, checksum = excluded.checksum
WHERE (excluded.timestamp_us, excluded.state, excluded.last_offset) >= (timestamp_us, state, last_offset)`;

const COLUMNS = 'group_id, key, partition, timestamp_us, expires_at_ms, last_offset, appended_at_ms, state, checksum';

const READ_ROW = `
SELECT epoch, generation, ${COLUMNS.replace('checksum', 'speed_rows.checksum')} FROM row_groups JOIN speed_rows ON group_id = id
WHERE view = ? AND epoch = ? AND generation = ? AND key = ? AND partition = ?`;

/** What has expired is left out only after its checksum was compared: a changed expiry would hide a row. */
const SCAN_GROUP = `
SELECT ?1, ?2, ${COLUMNS} FROM speed_rows
WHERE group_id = ?3 AND (key, partition) > (?4, ?5)
ORDER BY key, partition LIMIT ${BATCH_ROWS}`;

type StoredRow = readonly [
  epoch: number,
  generation: number,
  groupId: number,
  key: string,
  partition: PartitionId,
  timestampUs: number,
  expiresAtMs: number,
  lastOffset: number,
  appendedAtMs: number,
  state: string,
  checksum: number,
];

/** A batch of a scan, which may be empty, and where the next begins; the group ends where there is no next. */
export interface ScannedRows {
  readonly rows: readonly SpeedRow[];
  readonly next: readonly [key: string, partition: string] | undefined;
}

export const rowsOf = (database: DatabaseSync, damages: Damages) => {
  const groups = rowGroupsOf(database, damages);
  const upsert = database.prepare(UPSERT);
  const scanGroup = database.prepare(SCAN_GROUP);
  const remove = database.prepare('DELETE FROM speed_rows WHERE group_id = ? AND key = ? AND partition = ?');
  const readRow = database.prepare(READ_ROW);
  readRow.setReturnArrays(true);
  scanGroup.setReturnArrays(true);

  /** `undefined`: it has expired, or is not what was written. */
  const rowOf = (view: string, record: StoredRow, nowMs: number): SpeedRow | undefined => {
    const [epoch, generation, groupId, key, partition, timestampUs, expiresAtMs, lastOffset, appendedAtMs, state, checksum] = record;
    if (checksum !== recordChecksum([view, epoch, generation, key, partition, timestampUs, expiresAtMs, lastOffset, appendedAtMs, state])) {
      damages.found({
        what: `the row ${key} of ${view} in ${partition}, epoch ${epoch}.${generation}`,
        epoch,
        remove: () => void remove.run(groupId, key, partition),
      });
      return undefined;
    }
    return expiresAtMs > nowMs ? { view, key, epoch, partition, generation, lastOffset, appendedAtMs, state } : undefined;
  };

  return {
    upsert(rows: readonly TimedRow[], expiresAtMs: number): void {
      const groupOf = groups.forWrite(expiresAtMs);
      for (const { view, key, epoch, partition, generation, timestampUs, lastOffset, appendedAtMs, state } of rows) {
        const values = [key, partition, timestampUs, expiresAtMs, lastOffset, appendedAtMs, state] as const;
        upsert.run(groupOf(view, epoch, generation), ...values, recordChecksum([view, epoch, generation, ...values]));
      }
    },

    readRows: (keys: readonly SpeedKey[], nowMs: number): readonly SpeedRow[] =>
      keys.flatMap(({ view, key, epoch, partition, generation }) =>
        // as: arrays of the statement's columns, written by `upsert`
        (readRow.all(view, epoch, generation, key, partition) as unknown as readonly StoredRow[]).flatMap(
          (record) => rowOf(view, record, nowMs) ?? [],
        ),
      ),

    groupsAbove: groups.above,

    /** The batch of a group behind a place, or the first one. */
    scanGroup(view: string, { id, epoch, generation }: RowGroup, after: ScannedRows['next'], nowMs: number): ScannedRows {
      const rows: SpeedRow[] = [];
      let next: ScannedRows['next'];
      let text = 0;
      for (const each of scanGroup.iterate(epoch, generation, id, after?.[0] ?? '', after?.[1] ?? '')) {
        const record = each as unknown as StoredRow; // as: an array of the statement's columns, written by `upsert`
        const row = rowOf(view, record, nowMs);
        next = [record[3], record[4]];
        if (row) rows.push(row);
        text += record[9].length;
        if (text >= BATCH_TEXT) break;
      }
      return { rows, next };
    },
  };
};
