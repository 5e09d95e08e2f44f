/**
 * What a log's file holds. A record's position is its partition and its offset in one number, the table's key: a partition's records lie together,
 * in their order. Barriers stand in a table of their own as well, which trimming leaves alone: what epoch a record belongs to stays known.
 */

/** Grows with each change of the tables. */
export const FORMAT = 2;

/** SQLite's field for what kind of file this is: "RuEL". */
export const APPLICATION_ID = 0x5275454c;

/** Which log it is: one row. */
const IDENTITY = 'CREATE TABLE identity (id TEXT NOT NULL) STRICT;';

/** What lifts a file of an earlier format to the next one; it gets its id then. */
export const UPGRADES: Readonly<Record<number, string>> = { 1: IDENTITY };

export const SCHEMA = `
${IDENTITY}

CREATE TABLE partitions (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  earliest INTEGER NOT NULL DEFAULT 0,
  next INTEGER NOT NULL DEFAULT 0,
  last_appended_ms INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A record with a number in "barrier" is a barrier, and has no text.
CREATE TABLE records (
  position INTEGER PRIMARY KEY,
  appended_ms INTEGER NOT NULL,
  barrier INTEGER,
  key TEXT,
  id TEXT,
  value TEXT
) STRICT;

-- "highest": the highest number among the partition's barriers up to and with this one.
CREATE TABLE barriers (
  position INTEGER PRIMARY KEY,
  number INTEGER NOT NULL,
  highest INTEGER NOT NULL,
  appended_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX barriers_by_number ON barriers (number, position);

-- A session is one stay of a member in a group; its number is never given again.
CREATE TABLE members (
  session INTEGER PRIMARY KEY AUTOINCREMENT,
  in_group TEXT NOT NULL,
  member TEXT NOT NULL,
  lease_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  UNIQUE (in_group, member)
) STRICT;

CREATE TABLE ownerships (
  in_group TEXT NOT NULL,
  partition INTEGER NOT NULL,
  session INTEGER,
  fence INTEGER NOT NULL,
  PRIMARY KEY (in_group, partition)
) STRICT, WITHOUT ROWID;
`;
