/**
 * Parquet: each batch is a row group, compressed by Snappy, with statistics. Invariant: at any time no more than one row group is in memory, and of those
 * written what the file's footer says of them.
 */
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

import { type Column, columnValues } from './column.ts';
import type { MakeWriter } from './table-writer.ts';

/** Hands over what was written so far; offsets in the file go on. */
class TakenBytes extends ByteWriter {
  take(): Uint8Array {
    const bytes = this.getBytes().slice();
    this.index = 0;
    return bytes;
  }
}

const PHYSICAL = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  integer: { type: 'INT32' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
} as const;

/** The three levels that the format asks lists to have. */
const listElements = (name: string): readonly SchemaElement[] => [
  { name, repetition_type: 'REQUIRED', num_children: 1, converted_type: 'LIST' },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', repetition_type: 'REQUIRED', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
];

const elementsOf = ({ name, type, nullable }: Column): readonly SchemaElement[] =>
  type === 'texts' ? listElements(name) : [{ name, repetition_type: nullable ? 'OPTIONAL' : 'REQUIRED', ...PHYSICAL[type] }];

export const parquetWriter: MakeWriter = (columns, { about }) => {
  const bytes = new TakenBytes();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [{ name: 'rushes', num_children: columns.length }, ...columns.flatMap(elementsOf)],
    codec: 'SNAPPY',
    kvMetadata: Object.entries(about).map(([key, value]) => ({ key, value })),
    createdBy: 'Rushes',
  });
  return {
    begin: () => bytes.take(),
    rows: (batch) => {
      void writer.write({
        columnData: columns.map((column, at) => ({ name: column.name, data: [...columnValues(column, at, batch).values] })),
        rowGroupSize: batch.length,
      });
      return bytes.take();
    },
    end: () => {
      void writer.finish();
      return bytes.take();
    },
  };
};
