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
