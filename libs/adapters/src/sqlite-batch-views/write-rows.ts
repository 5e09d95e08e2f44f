import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type ArtefactLayout, type ArtefactRow, type CellValue, SET_SEPARATOR } from '@rushes/ports';
import { ArtefactFaultError } from '../artefact-checks/artefact-fault.ts';
import { columnType } from '../artefact-checks/column-type.ts';
import { FORMAT, MASK_BITS, type PhysicalLayout } from './physical-layout.ts';

/** A row as it is written: checked, its partition and set members numbered. */
export interface EncodedRow {
  readonly key: string;
  readonly partition: number;
  /** `_partition`, masks, key, columns, documents: the entry without its position. */
  readonly entry: (string | number | null)[];
  /** [set number, member's code], each once. */
  readonly members: (readonly [number, number])[];
}

/** Numbers values as they are met. Those numbered before keep their numbers. */
interface Dictionary<Value> {
  codeOf(value: Value): number;
  readonly entries: ReadonlyMap<Value, number>;
}

const dictionaryOf = <Value>(known: Iterable<readonly [Value, number]>): Dictionary<Value> => {
  const codes = new Map(known);
  let next = Math.max(-1, ...codes.values()) + 1;
  return {
    entries: codes,
    codeOf(value) {
      const code = codes.get(value);
      if (code !== undefined) return code;
      codes.set(value, next);
      return next++;
    },
  };
};

export interface Dictionaries {
  readonly partitions: Dictionary<string | number | null>;
  /** Rows by the partition's code. */
  readonly rows: Map<number, number>;
  /** One for each of the physical layout's sets. */
  readonly sets: readonly Dictionary<string>[];
}

/** Counts one row more or less in a partition. */
export const tally = ({ rows }: Dictionaries, partition: number, change: 1 | -1): void => {
  rows.set(partition, (rows.get(partition) ?? 0) + change);
};

export const membersOf = (value: CellValue): readonly string[] =>
  typeof value === 'string' && value !== '' ? [...new Set(value.split(SET_SEPARATOR).filter((member) => member !== ''))] : [];

const encodeCell = (type: string, value: CellValue): string | number | null | undefined => {
  if (value === null) return null;
  if (type === 'integer') return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
  if (type === 'boolean') return typeof value === 'boolean' ? Number(value) : undefined;
  return typeof value === 'string' ? value : undefined;
};

/** Makes the encoder of a layout's rows. It throws `ArtefactFaultError` for a row that does not have the layout's shape. */
export const rowEncoder = ({ layout, columns, sets }: PhysicalLayout, dictionaries: Dictionaries): ((row: ArtefactRow) => EncodedRow) => {
  const types = columns.map((column) => columnType(layout, column) ?? 'text');
  const width = columns.length + layout.documents.length;
  const partitionAt = layout.partition === undefined ? -1 : columns.indexOf(layout.partition);
  const setsAt = sets.map((set) => columns.indexOf(set));

  return (row) => {
    const key = row[0];
    if (typeof key !== 'string') throw new ArtefactFaultError(`a row has no text as its key ${layout.key} but ${JSON.stringify(key)}`);
    if (row.length !== width) throw new ArtefactFaultError(`the row ${key} has ${row.length} values instead of ${width}`);
    const cells = types.map((type, n) => {
      const cell = encodeCell(type, row[n] ?? null);
      if (cell === undefined)
        throw new ArtefactFaultError(`the row ${key} has ${JSON.stringify(row[n])} in the ${type} column ${columns[n]}`);
      return cell;
    });
    const members: (readonly [number, number])[] = [];
    const masks = setsAt.map((at, setNumber) => {
      let mask = 0;
      for (const member of membersOf(row[at] ?? null)) {
        const code = dictionaries.sets[setNumber]?.codeOf(member) ?? 0;
        members.push([setNumber, code]);
        if (code < MASK_BITS) mask += 2 ** code;
      }
      return mask;
    });
    const partition = partitionAt < 0 ? null : (cells[partitionAt] ?? null);
    const documents = row.slice(columns.length).map((document, n): string | null => {
      if (document !== null && typeof document !== 'string')
        throw new ArtefactFaultError(`the row ${key} has no text as its document ${layout.documents[n]}`);
      return document;
    });
    const code = dictionaries.partitions.codeOf(partition);
    return { key, partition: code, entry: [code, ...masks, ...cells, ...documents], members };
  };
};

/** What a file says of itself beside its rows: format, layout, dictionaries, and how many rows each partition has. */

/** A layout as text: equal texts, equal files. */
export const layoutText = (layout: ArtefactLayout): string => {
  const { key, columns, documents, lookups, partition, sorts, filters, search } = layout;
  return JSON.stringify({ key, columns, documents, lookups, partition, sorts, filters, search });
};

/** Replaces what was there. */
export const writeMeta = (database: DatabaseSync, { layout }: PhysicalLayout, dictionaries: Dictionaries): void => {
  database.exec('DELETE FROM _meta; DELETE FROM _partitions; DELETE FROM _member_names');
  const meta = database.prepare('INSERT INTO _meta VALUES (?, ?)');
  meta.run('format', String(FORMAT));
  meta.run('layout', layoutText(layout));
  const partition = database.prepare('INSERT INTO _partitions VALUES (?, ?, ?)');
  for (const [value, code] of dictionaries.partitions.entries) {
    const rows = dictionaries.rows.get(code) ?? 0;
    if (rows > 0) partition.run(code, value, rows);
  }
  const member = database.prepare('INSERT INTO _member_names VALUES (?, ?, ?)');
  for (const [setNumber, set] of dictionaries.sets.entries()) {
    for (const [name, code] of set.entries) member.run(setNumber, code, name);
  }
};

export const emptyDictionaries = ({ sets }: PhysicalLayout): Dictionaries => ({
  partitions: dictionaryOf<string | number | null>([]),
  rows: new Map(),
  sets: sets.map(() => dictionaryOf<string>([])),
});

export const readDictionaries = (database: DatabaseSync, { sets }: PhysicalLayout): Dictionaries => {
  // as, here and below: the tables' columns
  const partitions = database.prepare('SELECT value, code, rows FROM _partitions').all();
  const members = database.prepare('SELECT set_number, member, code FROM _member_names').all();
  return {
    partitions: dictionaryOf(partitions.map((row) => [row['value'] as string | number | null, row['code'] as number] as const)),
    rows: new Map(partitions.map((row) => [row['code'] as number, row['rows'] as number] as const)),
    sets: sets.map((_, setNumber) =>
      dictionaryOf(
        members.filter((row) => row['set_number'] === setNumber).map((row) => [row['member'] as string, row['code'] as number] as const),
      ),
    ),
  };
};

/** Writes rows at positions: several by one statement, which costs two thirds of one each. `flush` writes what is held back. */
interface RowWriter {
  write(position: number, row: EncodedRow): void;
  flush(): void;
}

export const ROWS_PER_STATEMENT = 8;

/** Holds back values until they fill a statement of many rows; the rest goes one by one. */
const tableWriter = (database: DatabaseSync, table: string, width: number, together: number) => {
  const places = `(${Array.from({ length: width }, () => '?').join(',')})`;
  const prepare = (rows: number): StatementSync =>
    database.prepare(`INSERT INTO ${table} VALUES ${Array.from({ length: rows }, () => places).join(',')}`);
  const many = prepare(together);
  const one = prepare(1);
  let held: (string | number | null)[] = [];
  return {
    add(first: number, values: readonly (string | number | null)[]): void {
      held.push(first, ...values);
      if (held.length < width * together) return;
      many.run(...held);
      held = [];
    },
    flush(): void {
      for (let at = 0; at < held.length; at += width) one.run(...held.slice(at, at + width));
      held = [];
    },
  };
};

/** @param together rows that one statement writes; with 1, nothing is held back. */
export const rowWriter = (database: DatabaseSync, { layout, columns, sets }: PhysicalLayout, together: number): RowWriter => {
  const entries = tableWriter(database, 'entries', 2 + sets.length + columns.length + layout.documents.length, together);
  const members = tableWriter(database, '_members', 3, together);
  return {
    write(position, row) {
      entries.add(position, row.entry);
      for (const [setNumber, code] of row.members) members.add(setNumber, [code, position]);
    },
    flush() {
      entries.flush();
      members.flush();
    },
  };
};
