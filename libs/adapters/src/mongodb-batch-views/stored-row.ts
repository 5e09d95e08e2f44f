/**
 * How a row lies in its collection: a field for each column under its own name, the key as `_id`, a document under `_doc_` and its name, texts of a set as an
 * array. A null is a field that is not there.
 *
 * The words that rows are searched by are a field of their own, `_words`, which nothing reads: it is there for its index.
 *
 * MongoDB orders nulls before everything. Descending, that is where they belong, last; ascending, a column is ordered by a second field, `_asc_` and its name,
 * in which a date stands for a null: BSON orders dates behind every text, number and boolean.
 */
import { type ArtefactLayout, type ArtefactRow, type CellValue, type ColumnType, SET_SEPARATOR } from '@rushes/ports';

import { columnType } from '../artefact-checks/column-type.ts';

export type StoredValue = string | number | boolean | Date | readonly string[];
export interface StoredRow {
  readonly _id: string;
  readonly [field: string]: StoredValue | undefined;
}

/** Columns begin with a letter, so that none is taken for a field of the store's own, and without dots and dollars, so that none is a path or an operator. */
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,62}$/;
/** What stands for a null where nulls are to be last in ascending order. */
export const NULL_LAST = new Date(0);
/** MongoDB's bound of a document, less what names of fields take. */
const MOST_ROW_BYTES = 16 * 1024 * 1024 - 64 * 1024;

export const fieldOf = (layout: ArtefactLayout, column: string): string => (column === layout.key ? '_id' : column);
export const documentField = (document: string): string => `_doc_${document}`;
export const ascendingField = (column: string): string => `_asc_${column}`;

export const WORDS_FIELD = '_words';
/** What is no word: ASCII signs, as the port says. */
// oxlint-disable-next-line no-control-regex -- signs of any kind stand between words
const BETWEEN_WORDS = /[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007f]+/u;

const searchedWords = (texts: readonly CellValue[]): readonly string[] => [
  ...new Set(texts.flatMap((text) => (typeof text === 'string' ? text.split(BETWEEN_WORDS) : [])).filter((word) => word !== '')),
];

/** The columns that have a second field for ascending order. */
export const ascendingColumns = (layout: ArtefactLayout): readonly string[] => [
  ...new Set(
    layout.sorts
      .filter(({ directions }) => directions !== 'descending')
      .flatMap(({ columns }) => columns)
      .filter((column) => column !== layout.key),
  ),
];

/** @throws RangeError for a layout that names what cannot be stored or found. */
export const checkLayout = (layout: ArtefactLayout): void => {
  const { key, columns, documents, lookups, sorts, partition, filters, search = [] } = layout;
  for (const name of [key, ...Object.keys(columns), ...documents])
    if (!NAME.test(name)) throw new RangeError(`a layout names ${JSON.stringify(name)}: a letter, then letters, digits and _, 63 at most`);
  if (Object.hasOwn(columns, key)) throw new RangeError(`a layout names ${key} twice`);
  for (const name of lookups)
    if (columns[name] !== 'text') throw new RangeError(`rows cannot be looked up by ${JSON.stringify(name)}, which is no text column`);
  for (const name of [...sorts.flatMap((sort) => sort.columns), ...(partition === undefined ? [] : [partition])])
    if (columnType(layout, name) === undefined || columnType(layout, name) === 'text_set')
      throw new RangeError(`a layout orders by ${JSON.stringify(name)}, which is no column of single values`);
  for (const name of search)
    if (columns[name] !== 'text') throw new RangeError(`rows cannot be searched by ${JSON.stringify(name)}, which is no text column`);
  for (const name of filters)
    if (columnType(layout, name) === undefined) throw new RangeError(`a layout filters by ${JSON.stringify(name)}, which is no column`);
};

const storedCell = (type: ColumnType, value: CellValue): StoredValue | undefined => {
  if (type === 'integer') return typeof value === 'number' && Number.isSafeInteger(value) ? value + 0 : undefined;
  if (type === 'boolean') return typeof value === 'boolean' ? value : undefined;
  if (typeof value !== 'string') return undefined;
  if (type === 'text') return value;
  return value === '' ? [] : value.split(SET_SEPARATOR);
};

const cellOf = (type: ColumnType, value: unknown): CellValue | undefined => {
  if (value === undefined) return null;
  if (type === 'integer') return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
  if (type === 'boolean') return typeof value === 'boolean' ? value : undefined;
  if (type === 'text') return typeof value === 'string' ? value : undefined;
  return Array.isArray(value) && value.every((member) => typeof member === 'string') ? value.join(SET_SEPARATOR) : undefined;
};

/** A row as a text that is the same for equal rows: what its checksum is made of. */
export const rowText = (row: ArtefactRow): string => JSON.stringify(row);

/** Makes the encoder of a layout's rows. It throws RangeError for a row that does not have the layout's shape, or is too large. */
export const rowEncoder = (layout: ArtefactLayout): ((row: ArtefactRow) => { readonly stored: StoredRow; readonly text: string }) => {
  const columns = Object.entries(layout.columns);
  const width = 1 + columns.length + layout.documents.length;
  const ascending = new Set(ascendingColumns(layout));
  const searchedAt = (layout.search ?? []).map((column) => 1 + columns.findIndex(([name]) => name === column));
  return (row) => {
    const [key] = row;
    if (typeof key !== 'string') throw new RangeError(`a row has no text as its key ${layout.key} but ${JSON.stringify(key)}`);
    if (row.length !== width) throw new RangeError(`the row ${key} has ${row.length} values instead of ${width}`);
    const stored: { _id: string; [field: string]: StoredValue } = { _id: key };
    for (const [n, [column, type]] of columns.entries()) {
      const value = row[n + 1] ?? null;
      const cell = value === null ? null : storedCell(type, value);
      if (cell === undefined) throw new RangeError(`the row ${key} has ${JSON.stringify(value)} in the ${type} column ${column}`);
      if (cell !== null) stored[column] = cell;
      if (ascending.has(column)) stored[ascendingField(column)] = cell ?? NULL_LAST;
    }
    for (const [n, name] of layout.documents.entries()) {
      const document = row[1 + columns.length + n] ?? null;
      if (document !== null && typeof document !== 'string') throw new RangeError(`the row ${key} has no text as its document ${name}`);
      if (document !== null) stored[documentField(name)] = document;
    }
    if (searchedAt.length > 0) stored[WORDS_FIELD] = searchedWords(searchedAt.map((at) => row[at] ?? null));
    const text = rowText(row.map((value) => value ?? null));
    if (text.length > MOST_ROW_BYTES / 3 && Buffer.byteLength(text) > MOST_ROW_BYTES)
      throw new RangeError(`the row ${key} has ${Buffer.byteLength(text)} bytes: a document of MongoDB has 16 MiB at most`);
    return { stored, text };
  };
};

/** What of a stored row cannot have been stored so. */
export class StoredRowError extends Error {
  override readonly name = 'StoredRowError';
}

export type Decode = (stored: StoredRow) => CellValue;

/** Reads a column of stored rows. The decoder throws StoredRowError. */
export const columnDecoder = (layout: ArtefactLayout, column: string): Decode => {
  const type = columnType(layout, column);
  const field = fieldOf(layout, column);
  return (stored) => {
    const cell = type && cellOf(type, stored[field]);
    if (cell === undefined) throw new StoredRowError(`the row ${stored._id} has something else in its ${type} column ${column}`);
    return cell;
  };
};

export const documentDecoder = (document: string): ((stored: StoredRow) => string | null) => {
  const field = documentField(document);
  return (stored) => {
    const text = stored[field] ?? null;
    if (text !== null && typeof text !== 'string')
      throw new StoredRowError(`the row ${stored._id} has no text as its document ${document}`);
    return text;
  };
};

const isSame = (a: StoredValue | undefined, b: StoredValue): boolean =>
  a instanceof Date && b instanceof Date ? a.getTime() === b.getTime() : a === b;

/** Reads whole rows. The decoder throws StoredRowError, also where a row has fields that none of the columns has put there. */
export const rowDecoder = (layout: ArtefactLayout): ((stored: StoredRow) => ArtefactRow) => {
  const columns = [layout.key, ...Object.keys(layout.columns)].map((column) => columnDecoder(layout, column));
  const documents = layout.documents.map(documentDecoder);
  const ascending = ascendingColumns(layout);
  const searched = layout.search ?? [];
  return (stored) => {
    const cells = columns.map((decode) => decode(stored));
    const texts = documents.map((decode) => decode(stored));
    for (const column of ascending)
      if (!isSame(stored[ascendingField(column)], stored[column] ?? NULL_LAST))
        throw new StoredRowError(`the row ${stored._id} is ordered by something else than its column ${column}`);
    const words = searched.length === 0 ? undefined : searchedWords(searched.map((column) => columnDecoder(layout, column)(stored)));
    if (words !== undefined && JSON.stringify(stored[WORDS_FIELD]) !== JSON.stringify(words))
      throw new StoredRowError(`the row ${stored._id} is found by other words than its columns have`);
    const fields =
      (words === undefined ? 0 : 1) +
      1 +
      cells.slice(1).filter((cell) => cell !== null).length +
      texts.filter((text) => text !== null).length +
      ascending.length;
    if (Object.keys(stored).length !== fields) throw new StoredRowError(`the row ${stored._id} has fields that it was not built with`);
    return [...cells, ...texts];
  };
};
