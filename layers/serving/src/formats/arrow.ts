/**
 * Arrow's IPC stream: the schema, then each batch as a record batch, then the end mark. Columns are laid out here as the format has them in memory, which is
 * several times as fast as the library's builders; the library frames and describes them.
 */
import {
  AsyncByteQueue,
  Bool,
  type DataType,
  Field,
  Float64,
  Int32,
  List,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Utf8,
} from 'apache-arrow';

import { type Column, isCellOf, type TableRow, wrongCell } from './column.ts';
import type { MakeWriter } from './table-writer.ts';

/** What the writer hands on, until it is taken. */
class TakenBytes extends AsyncByteQueue {
  private parts: Uint8Array[] = [];
  override write(value: ArrayBufferLike | ArrayBufferView): void {
    this.parts.push(ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value));
  }
  take(): Uint8Array {
    const bytes = Buffer.concat(this.parts);
    this.parts = [];
    return bytes;
  }
}

/** `texts` have no nulls among them: an item of a list is always there. */
const ITEM = new Field('item', new Utf8(), false);

const typeOf = ({ type }: Column): DataType => {
  switch (type) {
    case 'text':
      return new Utf8();
    case 'integer':
      return new Int32();
    case 'number':
      return new Float64();
    case 'boolean':
      return new Bool();
    case 'texts':
      return new List(ITEM);
  }
};

const fieldOf = (column: Column): Field =>
  new Field(
    column.name,
    typeOf(column),
    column.nullable,
    column.description === undefined ? undefined : new Map([['description', column.description]]),
  );

const bitmapOf = (length: number): Uint8Array => new Uint8Array((length + 7) >> 3);

/** Texts one after another as UTF-8, and where each begins. */
const utf8Of = (texts: readonly string[]): { readonly data: Uint8Array; readonly valueOffsets: Int32Array } => {
  const data = Buffer.from(texts.join(''));
  const valueOffsets = new Int32Array(texts.length + 1);
  let [bytes, characters] = [0, 0];
  for (const text of texts) characters += text.length;
  const isAscii = data.length === characters;
  for (const [n, text] of texts.entries()) {
    bytes += isAscii ? text.length : Buffer.byteLength(text);
    valueOffsets[n + 1] = bytes;
  }
  return { data, valueOffsets };
};

const utf8Data = (texts: readonly string[], nulls: Nulls) =>
  makeData({ type: new Utf8(), length: texts.length, ...nulls, ...utf8Of(texts) });

interface Nulls {
  readonly nullCount: number;
  readonly nullBitmap?: Uint8Array;
}

const NO_NULLS: Nulls = { nullCount: 0 };

/** Which values are there: a set bit for each. */
const nullsOf = (column: Column, at: number, rows: readonly TableRow[]): Nulls => {
  const nullBitmap = bitmapOf(rows.length);
  let nullCount = 0;
  for (const [n, row] of rows.entries()) {
    const value = row[at] ?? null;
    if (!isCellOf(column, value)) throw wrongCell(column, value);
    if (value === null) nullCount++;
    else nullBitmap[n >> 3] = (nullBitmap[n >> 3] ?? 0) | (1 << (n & 7));
  }
  return nullCount === 0 ? NO_NULLS : { nullCount, nullBitmap };
};

const listData = (rows: readonly TableRow[], at: number) => {
  const members: string[] = [];
  const valueOffsets = new Int32Array(rows.length + 1);
  for (const [n, row] of rows.entries()) {
    for (const member of row[at] as readonly string[]) members.push(member); // as: `nullsOf` has looked at each
    valueOffsets[n + 1] = members.length;
  }
  return makeData({ type: new List(ITEM), length: rows.length, ...NO_NULLS, valueOffsets, child: utf8Data(members, NO_NULLS) });
};

const columnData = (column: Column, at: number, rows: readonly TableRow[]) => {
  const { length } = rows;
  const nulls = nullsOf(column, at, rows);
  switch (column.type) {
    case 'text':
      return utf8Data(
        rows.map((row) => (row[at] ?? '') as string), // as: `nullsOf` has looked at each, here and below
        nulls,
      );
    case 'integer':
      return makeData({ type: new Int32(), length, ...nulls, data: Int32Array.from(rows, (row) => Number(row[at])) });
    case 'number':
      return makeData({ type: new Float64(), length, ...nulls, data: Float64Array.from(rows, (row) => Number(row[at])) });
    case 'boolean': {
      const data = bitmapOf(length);
      for (const [n, row] of rows.entries()) if (row[at] === true) data[n >> 3] = (data[n >> 3] ?? 0) | (1 << (n & 7));
      return makeData({ type: new Bool(), length, ...nulls, data });
    }
    case 'texts':
      return listData(rows, at);
  }
};

export const arrowWriter: MakeWriter = (columns, { about }) => {
  const schema = new Schema(columns.map(fieldOf), new Map(Object.entries(about)));
  const struct = new Struct(schema.fields);
  const bytes = new TakenBytes();
  const writer = new RecordBatchStreamWriter();
  return {
    begin: () => {
      writer.reset(bytes, schema);
      return bytes.take();
    },
    rows: (batch) => {
      const children = columns.map((column, at) => columnData(column, at, batch));
      writer.write(new RecordBatch(schema, makeData({ type: struct, length: batch.length, nullCount: 0, children })));
      return bytes.take();
    },
    end: () => {
      writer.finish();
      return bytes.take();
    },
  };
};
