/**
 * What a log's file holds. A record's position is its partition and its offset in one number, the table's key: a partition's records lie together,
 * in their order. Barriers stand in a table of their own as well, which trimming leaves alone: what epoch a record belongs to stays known.
 */

/** Grows with each change of the tables. */
export const FORMAT = 3;

/** SQLite's field for what kind of file this is: "RuEL". */
export const APPLICATION_ID = 0x5275454c;

/** Which log it is: one row. */
const IDENTITY = 'CREATE TABLE identity (id TEXT NOT NULL) STRICT;';

/** What the processes' clocks read when they last wrote. "trusted": whether the reading was; one that was not says nothing about others. */
const WRITERS = `
CREATE TABLE writers (
  writer TEXT PRIMARY KEY, wall_ms INTEGER NOT NULL, uptime_ms INTEGER NOT NULL, boot TEXT NOT NULL, trusted INTEGER NOT NULL
) STRICT, WITHOUT ROWID;`;

/** The SQL function that makes a record's checksum of its columns in this order. */
export const CHECKSUM_FUNCTION = 'record_checksum';
export const SUMMED = 'position, appended_ms, barrier, key, id, value';

/** What lifts a file of an earlier format to the next one: 1 gets its id, 2 the checksums of its records. */
export const UPGRADES: Readonly<Record<number, string>> = {
  1: IDENTITY,
  2: `${WRITERS} ALTER TABLE records ADD COLUMN checksum INTEGER; UPDATE records SET checksum = ${CHECKSUM_FUNCTION}(${SUMMED});`,
};

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
  value TEXT,
  checksum INTEGER
) STRICT;
${WRITERS}

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
