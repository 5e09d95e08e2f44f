/**
 * What a log's file holds. A record's position is its partition and its offset in one number, the table's key: a partition's records lie together,
 * in their order.
 */

/** Grows with each change of the tables. */
export const FORMAT = 4;

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

/** What lifts a file of an earlier format to the next one: 1 gets its id, 2 the checksums of its records, 3 loses an index over barriers and who owned what. */
export const UPGRADES: Readonly<Record<number, string>> = {
  1: IDENTITY,
  2: `${WRITERS} ALTER TABLE records ADD COLUMN checksum INTEGER; UPDATE records SET checksum = ${CHECKSUM_FUNCTION}(${SUMMED});`,
  3: 'DROP TABLE IF EXISTS barriers; DROP TABLE IF EXISTS members; DROP TABLE IF EXISTS ownerships;',
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
`;

/** A record's partition and offset as one number that grows with the offset: `partition * 2^40 + offset`. */
const OFFSETS = 2 ** 40;

export const positionOf = (partition: number, offset: number): number => partition * OFFSETS + Math.min(offset, OFFSETS - 1);

export const offsetOf = (position: number): number => position % OFFSETS;

/** The position behind the last one of a partition. */
export const endOf = (partition: number): number => (partition + 1) * OFFSETS;
