/** Rows as COPY reads them: a line each, cells apart by tabs, in PostgreSQL's text format. */
import { type ArtefactLayout, type ArtefactRow, type CellValue, type ColumnType, SET_SEPARATOR } from '@rushes/ports';

import { ArtefactFaultError } from '../artefact-checks/artefact-fault.ts';
import { columnType } from '../artefact-checks/column-type.ts';
import { storedText } from '../postgres-access/stored-text.ts';
import { columnsOf } from './layout.ts';

const NULL = '\\N';
/** What PostgreSQL does not store, or COPY takes for its own. */
const SPECIAL = /[\u0000-\u0003\\\n\r\t]/;
const ESCAPED = /[\\\n\r\t]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const CHUNK_CHARACTERS = 64 * 1024;

const escaped = (text: string): string => (SPECIAL.test(text) ? storedText(text).replace(ESCAPED, (one) => ESCAPES[one] ?? one) : text);

/** A set as an array: each member in quotes, before which quotes and backslashes have a backslash. */
const setText = (text: string): string => {
  if (text === '') return '{}';
  const members = /["\\]/.test(text) ? text.replace(/["\\]/g, String.raw`\$&`) : text;
  return escaped(`{"${members.replaceAll(SET_SEPARATOR, '","')}"}`);
};

/** `undefined`: the value is not of this type. */
const cellText = (type: ColumnType, value: CellValue): string | undefined => {
  if (value === null) return NULL;
  if (type === 'integer') return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : undefined;
  if (type === 'boolean') return typeof value === 'boolean' ? (value ? 't' : 'f') : undefined;
  if (typeof value !== 'string') return undefined;
  return type === 'text' ? escaped(value) : setText(value);
};

/** Makes the function that writes a layout's rows as lines. It throws `ArtefactFaultError` for a row that does not have the layout's shape. */
const lineOf = (layout: ArtefactLayout): ((row: ArtefactRow) => string) => {
  const columns = columnsOf(layout);
  const types = columns.map((column) => columnType(layout, column) ?? 'text');
  const width = columns.length + layout.documents.length;
  return (row) => {
    const key = row[0];
    if (typeof key !== 'string') throw new ArtefactFaultError(`a row has no text as its key ${layout.key} but ${JSON.stringify(key)}`);
    if (row.length !== width) throw new ArtefactFaultError(`the row ${key} has ${row.length} values instead of ${width}`);
    let line = escaped(key);
    for (let n = 1; n < width; n++) {
      const text = cellText(types[n] ?? 'text', row[n] ?? null);
      if (text === undefined)
        throw new ArtefactFaultError(
          n < columns.length
            ? `the row ${key} has ${JSON.stringify(row[n])} in the ${types[n]} column ${columns[n]}`
            : `the row ${key} has no text as its document ${layout.documents[n - columns.length]}`,
        );
      line += `\t${text}`;
    }
    return `${line}\n`;
  };
};

export interface Written {
  rows: number;
}

async function* inChunks<Item>(
  batches: AsyncIterable<readonly Item[]>,
  line: (item: Item) => string,
  written: Written,
): AsyncGenerator<Buffer> {
  let chunk = '';
  for await (const batch of batches) {
    for (const item of batch) {
      chunk += line(item);
      written.rows += 1;
      if (chunk.length < CHUNK_CHARACTERS) continue;
      yield Buffer.from(chunk);
      chunk = '';
    }
  }
  if (chunk !== '') yield Buffer.from(chunk);
}

/** All rows as chunks of lines. @param written counts them. */
export const rowChunks = (layout: ArtefactLayout, rows: AsyncIterable<readonly ArtefactRow[]>, written: Written): AsyncGenerator<Buffer> =>
  inChunks(rows, lineOf(layout), written);

export const keyChunks = (keys: AsyncIterable<readonly string[]>): AsyncGenerator<Buffer> =>
  inChunks(keys, (key: string) => `${escaped(key)}\n`, { rows: 0 });
