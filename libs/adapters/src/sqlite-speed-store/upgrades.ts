/** What makes a file of an earlier format one of the next. */
import type { DatabaseSync } from 'node:sqlite';

import { CHECKSUM } from './checksums.ts';

/** To 5, which has checksums: what the file holds is believed once more. */
const ADD_CHECKSUMS = `
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

/**
 * To 6, which issues fences, and keeps in coverage what write timestamps count from. Rows at hand were stamped from their epoch's opening; only the epoch that
 * a position stands in is written further. Coverage whose checksum does not fit keeps one that does not. Of change records that end at one offset the one
 * written last stays.
 */
const ISSUE_FENCES = `
ALTER TABLE owners ADD COLUMN owner TEXT;
CREATE TABLE members (id TEXT PRIMARY KEY, lease_ms INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
ALTER TABLE log ADD COLUMN claimed_at_ms INTEGER NOT NULL DEFAULT 0;
UPDATE log SET claimed_at_ms = unixepoch() * 1000;
ALTER TABLE coverage ADD COLUMN base_us INTEGER NOT NULL DEFAULT 0;
UPDATE coverage SET base_us = coalesce((
  SELECT opening_appended_at_ms * 1000 - opening_offset FROM positions
  WHERE positions.partition = coverage.partition AND positions.epoch = coverage.epoch
), 0);
UPDATE coverage SET checksum = CASE checksum
  WHEN ${CHECKSUM}(partition, epoch, generation, from_offset, expires_at_ms, begun)
  THEN ${CHECKSUM}(partition, epoch, generation, from_offset, expires_at_ms, begun, base_us)
  ELSE -1 END;
DROP INDEX changes_by_length;
DROP INDEX changes_by_expiry;
ALTER TABLE changes RENAME TO former_changes;
CREATE TABLE changes (
  id INTEGER PRIMARY KEY,
  partition TEXT NOT NULL, from_offset INTEGER NOT NULL, generation INTEGER NOT NULL, to_offset INTEGER NOT NULL,
  epoch INTEGER NOT NULL, appended_at_ms INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL, rows TEXT NOT NULL,
  rows_checksum INTEGER NOT NULL DEFAULT 0, checksum INTEGER NOT NULL DEFAULT 0,
  UNIQUE (partition, to_offset)
) STRICT;
CREATE INDEX changes_by_expiry ON changes (expires_at_ms);
INSERT OR REPLACE INTO changes (partition, from_offset, generation, to_offset, epoch, appended_at_ms, expires_at_ms, rows, rows_checksum, checksum)
SELECT partition, from_offset, generation, to_offset, epoch, appended_at_ms, expires_at_ms, rows, rows_checksum, checksum
FROM former_changes ORDER BY id;
DROP TABLE former_changes;
`;

/** To 7, in which processes say that they run. */
const ADD_HEARTBEATS = `
CREATE TABLE heartbeats (
  id TEXT PRIMARY KEY, report TEXT NOT NULL, ttl_ms INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

const UPGRADES: ReadonlyMap<unknown, string> = new Map([
  [4, ADD_CHECKSUMS],
  [5, ISSUE_FENCES],
  [6, ADD_HEARTBEATS],
]);

/** Returns the format that the file has then. */
export const upgrade = (database: DatabaseSync, format: unknown): unknown => {
  let reached = format;
  for (const [from, sql] of UPGRADES) {
    if (reached !== from) continue;
    database.exec(sql);
    reached = Number(from) + 1;
  }
  return reached;
};
