/** Tables of the file. */

/** Grows with each change of the tables. */
export const FORMAT = 1;
/** SQLite's field for what kind of file this is: "RuKe". */
export const APPLICATION_ID = 0x52754b65;

export const SCHEMA = `
CREATE TABLE api_keys (
  id TEXT PRIMARY KEY, secret_hash TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL,
  created_ms INTEGER NOT NULL, expires_ms INTEGER, revoked_ms INTEGER
) STRICT, WITHOUT ROWID;
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${FORMAT};
`;
