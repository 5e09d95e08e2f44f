import { setImmediate } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import type { ArtefactRow } from '@rushes/ports';
import { compareUtf8 } from '@rushes/domain';
import { ArtefactFaultError } from '../artefact-checks/artefact-fault.ts';
import {
  type Dictionaries,
  type EncodedRow,
  ROWS_PER_STATEMENT,
  emptyDictionaries,
  membersOf,
  readDictionaries,
  rowEncoder,
  rowWriter,
  tally,
  writeMeta,
} from './write-rows.ts';
import {
  documentColumn,
  FILLING,
  indexesSql,
  maskColumn,
  PAGES,
  POSITION_STEP,
  type PhysicalLayout,
  physicalLayout,
  quoted,
  tablesSql,
} from './physical-layout.ts';
import { readLayout } from './artefact-file.ts';
import { type WordIndexChanges, wordIndexChanges, wordIndexSql } from './word-index.ts';

const SLICE = 500;

/** The items of all batches in slices short enough not to hold up a server that runs on the same thread; throws `signal`'s reason when aborted. */
async function* inSlices<Item>(batches: AsyncIterable<readonly Item[]>, signal?: AbortSignal): AsyncGenerator<readonly Item[]> {
  for await (const batch of batches) {
    for (let at = 0; at < batch.length; at += SLICE) {
      signal?.throwIfAborted();
      yield at === 0 && batch.length <= SLICE ? batch : batch.slice(at, at + SLICE);
      await setImmediate();
    }
  }
  signal?.throwIfAborted();
}

export interface Loaded {
  readonly rows: number;
  /** Whether positions ascend as the keys do. If not, the rows have to be brought into order first. */
  readonly ordered: boolean;
}

/**
 * Fills a new file with rows, at ascending positions in the order in which they come. Where that is the order of their keys, nothing is left to sort.
 * Throws `ArtefactFaultError` for a row of another shape or a key right after its like; `signal`'s reason when aborted.
 */
export const loadRows = async (
  database: DatabaseSync,
  physical: PhysicalLayout,
  rows: AsyncIterable<readonly ArtefactRow[]>,
  signal: AbortSignal | undefined,
): Promise<Loaded> => {
  database.exec(`${PAGES} ${FILLING} ${tablesSql(physical)} BEGIN`);
  const dictionaries = emptyDictionaries(physical);
  const encode = rowEncoder(physical, dictionaries);
  const writer = rowWriter(database, physical, ROWS_PER_STATEMENT);
  let count = 0;
  let ordered = true;
  let last: string | undefined;
  for await (const slice of inSlices(rows, signal)) {
    for (const row of slice) {
      const encoded = encode(row);
      const order = last === undefined ? -1 : compareUtf8(last, encoded.key);
      if (order === 0) throw new ArtefactFaultError(`two rows have the key ${encoded.key}`);
      if (order > 0) ordered = false;
      last = encoded.key;
      count += 1;
      writer.write(count * POSITION_STEP, encoded);
      tally(dictionaries, encoded.partition, 1);
    }
  }
  writer.flush();
  writeMeta(database, physical, dictionaries);
  database.exec('COMMIT');
  return { rows: count, ordered };
};

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
const rowRemover = (
  database: DatabaseSync,
  { layout, sets }: PhysicalLayout,
  dictionaries: Dictionaries,
  words: Pick<WordIndexChanges, 'remove'>,
) => {
  const find = database.prepare(
    `SELECT ${['_pos', '_partition', ...sets.map(quoted)].join(', ')} FROM entries WHERE ${quoted(layout.key)} = ?`,
  );
  const deletion = database.prepare('DELETE FROM entries WHERE _pos = ?');
  const deleteMember = database.prepare('DELETE FROM _members WHERE set_number = ? AND code = ? AND _pos = ?');
  return (key: string): { readonly position: number; readonly partition: number } | undefined => {
    const row = find.get(key);
    if (row === undefined) return undefined;
    const position = Number(row['_pos']);
    words.remove(position);
    deletion.run(position);
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
  const words = wordIndexChanges(database, physical);
  const remove = rowRemover(database, physical, dictionaries, words);
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
        words.add(position);
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

/** The long steps at the end of a build: bringing rows into the order of their keys, and building the indexes. */
export interface FinishTask {
  /** The file whose indexes are built. */
  readonly path: string;
  /** The rows in another order, if they have to be sorted; `path` is then a new file. */
  readonly arrived?: string;
}

const SQLITE_CONSTRAINT_UNIQUE = 2067;

/** Copies all rows to positions in the order of their keys. */
const sortFrom = (database: DatabaseSync, arrived: string, { layout, columns, sets }: PhysicalLayout): void => {
  database.prepare('ATTACH ? AS arrived').run(arrived);
  const entries = ['_partition', ...sets.map(maskColumn), ...columns, ...layout.documents.map(documentColumn)].map(
    (column) => `a.${quoted(column)}`,
  );
  database.exec(`
    BEGIN;
    CREATE TEMP TABLE places (sorted INTEGER PRIMARY KEY, arrived INTEGER NOT NULL);
    INSERT INTO places SELECT row_number() OVER (ORDER BY ${quoted(layout.key)}) * ${POSITION_STEP}, _pos FROM arrived.entries;
    INSERT INTO main.entries SELECT ${['p.sorted', ...entries].join(', ')} FROM places p CROSS JOIN arrived.entries a ON a._pos = p.arrived ORDER BY p.sorted;
    CREATE TEMP TABLE places_back AS SELECT arrived, sorted FROM places ORDER BY arrived;
    CREATE UNIQUE INDEX temp.place_of ON places_back (arrived, sorted);
    INSERT INTO main._members SELECT m.set_number, m.code, b.sorted FROM arrived._members m CROSS JOIN places_back b ON b.arrived = m._pos ORDER BY 1, 2, 3;
    INSERT INTO main._meta SELECT * FROM arrived._meta;
    INSERT INTO main._partitions SELECT * FROM arrived._partitions;
    INSERT INTO main._member_names SELECT * FROM arrived._member_names;
    DROP TABLE places;
    DROP TABLE places_back;
    COMMIT;
  `);
  database.exec('DETACH arrived');
};

/** Names a value that stands twice in one of the columns whose values must be unique. */
const repetition = (database: DatabaseSync, { layout }: PhysicalLayout): string | undefined => {
  for (const column of [layout.key, ...layout.lookups]) {
    const name = quoted(column);
    const found = database
      .prepare(`SELECT ${name} AS value FROM entries WHERE ${name} IS NOT NULL GROUP BY ${name} HAVING count(*) > 1 LIMIT 1`)
      .get();
    if (found !== undefined)
      return column === layout.key
        ? `two rows have the key ${String(found['value'])}`
        : `two rows have ${JSON.stringify(found['value'])} in the column ${column}`;
  }
  return undefined;
};

/** Throws `ArtefactFaultError` if a key or a lookup value repeats. */
export const finishFile = ({ path, arrived }: FinishTask): void => {
  const source = new DatabaseSync(arrived ?? path);
  const layout = readLayout(source, arrived ?? path);
  source.close();
  const physical = physicalLayout(layout);
  const database = new DatabaseSync(path);
  try {
    database.exec(arrived === undefined ? FILLING : `${PAGES} ${FILLING} ${tablesSql(physical)}`);
    if (arrived !== undefined) sortFrom(database, arrived, physical);
    database.exec('BEGIN');
    for (const sql of [...indexesSql(physical), ...wordIndexSql(physical)]) database.exec(sql);
    database.exec('COMMIT');
  } catch (error) {
    const isRepetition = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_CONSTRAINT_UNIQUE;
    const fault = isRepetition ? repetition(database, physical) : undefined;
    throw fault === undefined ? error : new ArtefactFaultError(fault);
  } finally {
    database.close();
  }
};
