/** The formats in which a whole list can be had. */
import { arrowWriter } from './arrow.ts';
import { csvWriter } from './csv.ts';
import { ndjsonWriter } from './ndjson.ts';
import { parquetWriter } from './parquet.ts';
import type { MakeWriter } from './table-writer.ts';

export interface TableFormat {
  readonly name: TableFormatName;
  /** Without parameters. */
  readonly mediaType: string;
  /** Other names that clients use for it. */
  readonly aliases: readonly string[];
  /** The header's value. */
  readonly contentType: string;
  readonly extension: string;
  /** Rows that are encoded in one go, and in one piece: a record batch, or a row group. */
  readonly batchRows: number;
  /** Whether it pays to compress the bytes: those of Parquet are. */
  readonly isCompressible: boolean;
  readonly writer: MakeWriter;
}

export const TABLE_FORMAT_NAMES = ['ndjson', 'csv', 'arrow', 'parquet'] as const;
export type TableFormatName = (typeof TABLE_FORMAT_NAMES)[number];

/** Text lines are handed on early; what is laid out in columns gets smaller with more rows. */
export const TABLE_FORMATS: Readonly<Record<TableFormatName, TableFormat>> = {
  ndjson: {
    name: 'ndjson',
    mediaType: 'application/x-ndjson',
    aliases: ['application/ndjson', 'application/jsonl'],
    contentType: 'application/x-ndjson; charset=utf-8',
    extension: 'ndjson',
    batchRows: 1000,
    isCompressible: true,
    writer: ndjsonWriter,
  },
  csv: {
    name: 'csv',
    mediaType: 'text/csv',
    aliases: [],
    contentType: 'text/csv; charset=utf-8; header=present',
    extension: 'csv',
    batchRows: 1000,
    isCompressible: true,
    writer: csvWriter,
  },
  arrow: {
    name: 'arrow',
    mediaType: 'application/vnd.apache.arrow.stream',
    aliases: [],
    contentType: 'application/vnd.apache.arrow.stream',
    extension: 'arrows',
    batchRows: 4096,
    isCompressible: true,
    writer: arrowWriter,
  },
  parquet: {
    name: 'parquet',
    mediaType: 'application/vnd.apache.parquet',
    aliases: ['application/x-parquet', 'application/parquet'],
    contentType: 'application/vnd.apache.parquet',
    extension: 'parquet',
    batchRows: 8192,
    isCompressible: false,
    writer: parquetWriter,
  },
};
