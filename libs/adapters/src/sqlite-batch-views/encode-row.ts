import { type ArtefactRow, type CellValue, SET_SEPARATOR } from '@rushes/ports';
import { ArtefactFaultError } from './errors.ts';
import { columnType, MASK_BITS, type PhysicalLayout } from './physical-layout.ts';

/** A row as it is written: checked, its partition and set members numbered. */
export interface EncodedRow {
  readonly key: string;
  readonly partition: number;
  /** `_partition`, masks, key, columns: the entry without its position. */
  readonly entry: (string | number | null)[];
  readonly documents: (string | null)[];
  /** [set number, member's code], each once. */
  readonly members: (readonly [number, number])[];
}

/** Numbers values as they are met. Those numbered before keep their numbers. */
export interface Dictionary<Value> {
  codeOf(value: Value): number;
  readonly entries: ReadonlyMap<Value, number>;
}

export const dictionaryOf = <Value>(known: Iterable<readonly [Value, number]>): Dictionary<Value> => {
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
    const documents = row.slice(columns.length).map((document, n) => {
      if (document !== null && typeof document !== 'string')
        throw new ArtefactFaultError(`the row ${key} has no text as its document ${layout.documents[n]}`);
      return document;
    });
    const code = dictionaries.partitions.codeOf(partition);
    return { key, partition: code, entry: [code, ...masks, ...cells], documents, members };
  };
};
