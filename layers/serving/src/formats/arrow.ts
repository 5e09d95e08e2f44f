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

import { type Column, type ColumnValues, columnValues } from './column.ts';
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

/** Texts one after another as UTF-8, and where each begins; a null takes no room. */
const utf8Of = (texts: readonly (string | null)[]): { readonly data: Uint8Array; readonly valueOffsets: Int32Array } => {
  // A null joins as nothing.
  const joined = texts.join('');
  const data = Buffer.from(joined);
  const isAscii = data.length === joined.length;
  const valueOffsets = new Int32Array(texts.length + 1);
  let [n, bytes] = [0, 0];
  for (const text of texts) {
    if (text !== null) bytes += isAscii ? text.length : Buffer.byteLength(text);
    valueOffsets[++n] = bytes;
  }
  return { data, valueOffsets };
};

interface Nulls {
  readonly nullCount: number;
  readonly nullBitmap?: Uint8Array;
}

const NO_NULLS: Nulls = { nullCount: 0 };

/** A bit for each value that is so. */
const bitsOf = <T>(values: readonly T[], isSet: (value: T) => boolean): { readonly bits: Uint8Array; readonly count: number } => {
  const bits = new Uint8Array((values.length + 7) >> 3);
  let [n, count] = [0, 0];
  for (const value of values) {
    if (isSet(value)) {
      bits[n >> 3] = (bits[n >> 3] ?? 0) | (1 << (n & 7));
      count++;
    }
    n++;
  }
  return { bits, count };
};

/** Which values are there. */
const nullsOf = (values: readonly unknown[]): Nulls => {
  const { bits, count } = bitsOf(values, (value) => value !== null);
  return count === values.length ? NO_NULLS : { nullCount: values.length - count, nullBitmap: bits };
};

const utf8Data = (texts: readonly (string | null)[]) =>
  makeData({ type: new Utf8(), length: texts.length, ...nullsOf(texts), ...utf8Of(texts) });

const listData = (lists: readonly (readonly string[])[]) => {
  const valueOffsets = new Int32Array(lists.length + 1);
  let [n, members] = [0, 0];
  for (const list of lists) valueOffsets[++n] = members += list.length;
  return makeData({ type: new List(ITEM), length: lists.length, ...NO_NULLS, valueOffsets, child: utf8Data(lists.flat()) });
};

const columnData = (column: ColumnValues) => {
  const { length } = column.values;
  switch (column.type) {
    case 'text':
      return utf8Data(column.values);
    case 'integer':
      return makeData({ type: new Int32(), length, ...nullsOf(column.values), data: Int32Array.from(column.values, Number) });
    case 'number':
      return makeData({ type: new Float64(), length, ...nullsOf(column.values), data: Float64Array.from(column.values, Number) });
    case 'boolean':
      return makeData({ type: new Bool(), length, ...nullsOf(column.values), data: bitsOf(column.values, Boolean).bits });
    case 'texts':
      return listData(column.values);
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
      const children = columns.map((column, at) => columnData(columnValues(column, at, batch)));
      writer.write(new RecordBatch(schema, makeData({ type: struct, length: batch.length, nullCount: 0, children })));
      return bytes.take();
    },
    end: () => {
      writer.finish();
      return bytes.take();
    },
  };
};
