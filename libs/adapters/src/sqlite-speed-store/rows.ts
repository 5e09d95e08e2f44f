/**
 * The rows. Of two writes of one row the one with the higher timestamp stays, at equal timestamps the one whose state is greater bytewise; state
 * and last offset are replaced together. A row that has expired, but is still there, rules older writes out as if it had not expired.
 */
import type { PartitionId } from '@rushes/domain';
import type { SpeedRow, TimedRow } from '@rushes/ports';
import type { DatabaseSync } from 'node:sqlite';

import { type RowGroup, rowGroupsOf } from './row-groups.ts';

/** A batch of a scan ends with this many rows or UTF-16 units of state, whichever comes first. */
const BATCH_ROWS = 1_000;
const BATCH_TEXT = 4_000_000;

const UPSERT = `
INSERT INTO speed_rows (group_id, key, partition, timestamp_us, expires_at_ms, last_offset, appended_at_ms, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
  timestamp_us = excluded.timestamp_us, expires_at_ms = excluded.expires_at_ms, last_offset = excluded.last_offset,
  appended_at_ms = excluded.appended_at_ms, state = excluded.state
WHERE (excluded.timestamp_us, excluded.state, excluded.last_offset) >= (timestamp_us, state, last_offset)`;

const READ_KEY = `
SELECT epoch, generation, partition, last_offset, appended_at_ms, state FROM row_groups JOIN speed_rows ON group_id = id
WHERE view = ? AND epoch > ? AND key = ? AND expires_at_ms > ?`;

const SCAN_GROUP = `
SELECT key, partition, last_offset, appended_at_ms, state FROM speed_rows
WHERE group_id = ? AND (key, partition) > (?, ?) AND expires_at_ms > ?
ORDER BY key, partition LIMIT ${BATCH_ROWS}`;

export const rowsOf = (database: DatabaseSync) => {
  const groups = rowGroupsOf(database);
  const upsert = database.prepare(UPSERT);
  const readKey = database.prepare(READ_KEY);
  const scanGroup = database.prepare(SCAN_GROUP);
  readKey.setReturnArrays(true);
  scanGroup.setReturnArrays(true);

  return {
    upsert(rows: readonly TimedRow[], expiresAtMs: number): void {
      const groupOf = groups.forWrite(expiresAtMs);
      for (const { view, key, epoch, partition, generation, timestampUs, lastOffset, appendedAtMs, state } of rows)
        upsert.run(groupOf(view, epoch, generation), key, partition, timestampUs, expiresAtMs, lastOffset, appendedAtMs, state);
    },

    readKey: (view: string, key: string, aboveEpoch: number, nowMs: number): readonly SpeedRow[] =>
      readKey.all(view, aboveEpoch, key, nowMs).map((record) => {
        // as: an array of the statement's columns, written by `upsert`
        const [epoch, generation, partition, lastOffset, appendedAtMs, state] = record as unknown as [
          number,
          number,
          PartitionId,
          number,
          number,
          string,
        ];
        return { view, key, epoch, partition, generation, lastOffset, appendedAtMs, state };
      }),

    groupsAbove: groups.above,

    /** The batch of a group behind `last`, or the first one; the group ends with one that is empty. */
    scanGroup(view: string, { id, epoch, generation }: RowGroup, last: SpeedRow | undefined, nowMs: number): readonly SpeedRow[] {
      const batch: SpeedRow[] = [];
      let text = 0;
      for (const record of scanGroup.iterate(id, last?.key ?? '', last?.partition ?? '', nowMs)) {
        // as: an array of the statement's columns, written by `upsert`
        const [key, partition, lastOffset, appendedAtMs, state] = record as unknown as [string, PartitionId, number, number, string];
        batch.push({ view, key, epoch, partition, generation, lastOffset, appendedAtMs, state });
        text += state.length;
        if (text >= BATCH_TEXT) break;
      }
      return batch;
    },
  };
};
