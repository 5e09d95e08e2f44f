/** Reads the lake's Parquet files with an implementation that has nothing to do with the engine that wrote them. */
import { readFileSync } from 'node:fs';

import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

import type { Row, Value } from './rows.ts';

/** Integers as safe integers; everything else as the reader gives it. */
const plain = (value: unknown): Value => {
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'bigint') {
    if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) throw new Error(`${value} is no safe integer`);
    return Number(value);
  }
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  throw new Error(`a value of a type that no table has: ${Object.prototype.toString.call(value)}`);
};

export interface ParquetRows {
  readonly rows: readonly Row[];
  /** Names of the compressions that its columns use. */
  readonly codecs: readonly string[];
  /** Columns of floating-point numbers. */
  readonly inexact: readonly string[];
}

/** All rows of a local file in the order of the file. Decimals are rounded to their scale, so that 0.1 × 57 is 5.7. */
export const readParquet = async (path: string): Promise<ParquetRows> => {
  const bytes = readFileSync(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { schema, row_groups } = parquetMetadata(file);
  const codecs = [...new Set(row_groups.flatMap(({ columns }) => columns.flatMap(({ meta_data }) => meta_data?.codec ?? [])))];
  const scales = new Map(schema.flatMap(({ name, converted_type, scale }) => (converted_type === 'DECIMAL' ? [[name, scale ?? 0]] : [])));
  const objects: Record<string, unknown>[] = await parquetReadObjects({ file, compressors });
  const rows = objects.map((object) =>
    Object.fromEntries(
      Object.entries(object).map(([name, raw]) => {
        const value = plain(raw);
        const scale = scales.get(name);
        return [name, typeof value === 'number' && scale !== undefined ? Number(value.toFixed(scale)) : value];
      }),
    ),
  );
  const inexact = schema.flatMap(({ name, type }) => (type === 'DOUBLE' || type === 'FLOAT' ? [name] : []));
  return { rows, codecs, inexact };
};
