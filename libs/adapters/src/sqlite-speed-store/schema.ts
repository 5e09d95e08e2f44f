/**
 * Tables of the file. Rows lie together by group: one view's rows of one epoch and generation, which are written together, scanned together, and expire
 * about together. Of a row there is one B-tree entry and no index, so an upsert touches one page. A key is found by
 * one look into its group.
 */

/** Counts the changes of this file's meaning. A file with another number is not read. */
export const FORMAT = 7;
/** Marks the file as a speed store: "RuSp". */
export const APPLICATION_ID = 0x52755370;

export const SCHEMA = `
CREATE TABLE row_groups (
  id INTEGER PRIMARY KEY, view TEXT NOT NULL, epoch INTEGER NOT NULL, generation INTEGER NOT NULL, last_expiry_ms INTEGER NOT NULL,
  checksum INTEGER NOT NULL DEFAULT 0,
  UNIQUE (view, epoch, generation)
) STRICT;
CREATE INDEX row_groups_by_expiry ON row_groups (last_expiry_ms);

CREATE TABLE speed_rows (
  group_id INTEGER NOT NULL, key TEXT NOT NULL, partition TEXT NOT NULL,
  timestamp_us INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL, last_offset INTEGER NOT NULL, appended_at_ms INTEGER NOT NULL,
  state TEXT NOT NULL, checksum INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (group_id, key, partition)
) STRICT, WITHOUT ROWID;

CREATE TABLE changes (
  id INTEGER PRIMARY KEY,
  partition TEXT NOT NULL, from_offset INTEGER NOT NULL, generation INTEGER NOT NULL, to_offset INTEGER NOT NULL,
  epoch INTEGER NOT NULL, appended_at_ms INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL, rows TEXT NOT NULL,
  rows_checksum INTEGER NOT NULL DEFAULT 0, checksum INTEGER NOT NULL DEFAULT 0,
  UNIQUE (partition, to_offset)
) STRICT;
CREATE INDEX changes_by_expiry ON changes (expires_at_ms);

CREATE TABLE coverage (
  partition TEXT NOT NULL, epoch INTEGER NOT NULL, generation INTEGER NOT NULL, from_offset INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL,
  begun INTEGER NOT NULL, base_us INTEGER NOT NULL, checksum INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (partition, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE positions (
  partition TEXT PRIMARY KEY, next_offset INTEGER NOT NULL, epoch INTEGER NOT NULL,
  opening_offset INTEGER NOT NULL, opening_appended_at_ms INTEGER NOT NULL,
  checksum INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- The log that is projected here: one row at most.
CREATE TABLE log (only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL, claimed_at_ms INTEGER NOT NULL) STRICT;

CREATE TABLE owners (partition TEXT PRIMARY KEY, fence INTEGER NOT NULL, owner TEXT) STRICT, WITHOUT ROWID;

CREATE TABLE members (id TEXT PRIMARY KEY, lease_ms INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE heartbeats (
  id TEXT PRIMARY KEY, report TEXT NOT NULL, ttl_ms INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${FORMAT};
`;
