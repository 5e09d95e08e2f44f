import type { DatabaseSync } from 'node:sqlite';
import type { ArtefactRow } from '@rushes/ports';
import { type Dictionaries, type EncodedRow, membersOf, rowEncoder, tally } from './encode-row.ts';
import { ArtefactFaultError } from './errors.ts';
import type { Loaded } from './load-rows.ts';
import { type PhysicalLayout, POSITION_STEP, quoted } from './physical-layout.ts';
import { FILLING } from './schema.ts';
import { inSlices } from './slices.ts';
import { readDictionaries, writeMeta } from './write-meta.ts';
import { rowWriter } from './write-rows.ts';

/**
 * Changes a copy of an artefact's file: takes rows out, puts rows in. A row that comes back under its key gets its old position, a new one the middle of
 * the gap between its neighbors, so positions ascend as the keys do at every moment. Where a gap is used up, the rest goes to the end, and the
 * result says that it has to be brought into order.
 */

interface Positions {
  /** Remembers the position of a row that is taken out. */
  release(key: string, position: number): void;
  /** Where a row with this key belongs; `undefined` if there is no room. */
  place(key: string): number | undefined;
}

const positionsIn = (database: DatabaseSync, { layout }: PhysicalLayout): Positions => {
  // keys that were taken out stay part of the order: their positions are theirs if they come back
  database.exec('CREATE TEMP TABLE released (key TEXT PRIMARY KEY, _pos INTEGER NOT NULL) WITHOUT ROWID');
  const key = quoted(layout.key);
  const remember = database.prepare('INSERT OR IGNORE INTO released VALUES (?, ?)');
  const recall = database.prepare('SELECT _pos FROM released WHERE key = ?');
  const before = [
    database.prepare(`SELECT _pos FROM entries WHERE ${key} < ? ORDER BY ${key} DESC LIMIT 1`),
    database.prepare('SELECT _pos FROM released WHERE key < ? ORDER BY key DESC LIMIT 1'),
  ];
  const behind = [
    database.prepare(`SELECT _pos FROM entries WHERE ${key} > ? ORDER BY ${key} LIMIT 1`),
    database.prepare('SELECT _pos FROM released WHERE key > ? ORDER BY key LIMIT 1'),
  ];
  return {
    release(wanted, position) {
      remember.run(wanted, position);
    },
    place(wanted) {
      const old = recall.get(wanted);
      if (old !== undefined) return Number(old['_pos']);
      const low = Math.max(...before.map((statement) => Number(statement.get(wanted)?.['_pos'] ?? 0)));
      const high = Math.min(...behind.map((statement) => Number(statement.get(wanted)?.['_pos'] ?? Infinity)));
      const middle = high === Infinity ? low + POSITION_STEP : Math.floor((low + high) / 2);
      return middle > low ? middle : undefined;
    },
  };
};

/** Takes the row of a key out of all tables; `undefined` if there is none. */
const rowRemover = (database: DatabaseSync, { layout, sets }: PhysicalLayout, dictionaries: Dictionaries) => {
  const find = database.prepare(
    `SELECT ${['_pos', '_partition', ...sets.map(quoted)].join(', ')} FROM entries WHERE ${quoted(layout.key)} = ?`,
  );
  const deletions = ['entries', 'documents'].map((table) => database.prepare(`DELETE FROM ${table} WHERE _pos = ?`));
  const deleteMember = database.prepare('DELETE FROM _members WHERE set_number = ? AND code = ? AND _pos = ?');
  return (key: string): { readonly position: number; readonly partition: number } | undefined => {
    const row = find.get(key);
    if (row === undefined) return undefined;
    const position = Number(row['_pos']);
    for (const deletion of deletions) deletion.run(position);
    for (const [setNumber, set] of sets.entries()) {
      const value = row[set];
      for (const member of membersOf(typeof value === 'string' ? value : null)) {
        deleteMember.run(setNumber, dictionaries.sets[setNumber]?.codeOf(member) ?? -1, position);
      }
    }
    return { position, partition: Number(row['_partition']) };
  };
};

/** Which lookup value of a refused row is taken, or else the database's own error. */
const refusal = (database: DatabaseSync, { layout, columns, sets }: PhysicalLayout, row: EncodedRow, error: unknown): unknown => {
  for (const column of layout.lookups) {
    const value = row.entry[1 + sets.length + columns.indexOf(column)] ?? null;
    const other = database.prepare(`SELECT ${quoted(layout.key)} AS key FROM entries WHERE ${quoted(column)} = ?`).get(value);
    if (other !== undefined)
      return new ArtefactFaultError(
        `the rows ${String(other['key'])} and ${row.key} both have ${JSON.stringify(value)} in the column ${column}`,
      );
  }
  return error;
};

/** Throws `ArtefactFaultError` for a row of another shape, or whose key or lookup value is taken; `signal`'s reason when aborted. */
export const applyChanges = async (
  database: DatabaseSync,
  physical: PhysicalLayout,
  removedKeys: AsyncIterable<readonly string[]>,
  rows: AsyncIterable<readonly ArtefactRow[]>,
  signal: AbortSignal | undefined,
): Promise<Loaded> => {
  database.exec(`${FILLING} BEGIN`);
  const dictionaries = readDictionaries(database, physical);
  const positions = positionsIn(database, physical);
  const remove = rowRemover(database, physical, dictionaries);
  for await (const slice of inSlices(removedKeys, signal)) {
    for (const key of slice) {
      const removed = remove(key);
      if (removed === undefined) continue;
      positions.release(key, removed.position);
      tally(dictionaries, removed.partition, -1);
    }
  }
  const encode = rowEncoder(physical, dictionaries);
  const writer = rowWriter(database, physical, 1);
  const isTaken = database.prepare(`SELECT 1 FROM entries WHERE ${quoted(physical.layout.key)} = ?`);
  const end = database.prepare('SELECT max(_pos) AS _pos FROM entries');
  let ordered = true;
  for await (const slice of inSlices(rows, signal)) {
    for (const row of slice) {
      const encoded = encode(row);
      if (isTaken.get(encoded.key) !== undefined) throw new ArtefactFaultError(`two rows have the key ${encoded.key}`);
      let position = ordered ? positions.place(encoded.key) : undefined;
      if (position === undefined) {
        ordered = false;
        position = Number(end.get()?.['_pos'] ?? 0) + POSITION_STEP;
      }
      try {
        writer.write(position, encoded);
      } catch (error) {
        throw refusal(database, physical, encoded, error);
      }
      tally(dictionaries, encoded.partition, 1);
    }
  }
  database.exec('DROP TABLE released');
  writeMeta(database, physical, dictionaries);
  database.exec('COMMIT');
  return { rows: [...dictionaries.rows.values()].reduce((sum, count) => sum + count, 0), ordered };
};
