/** What a format is: how rows of a table become bytes, batch by batch. */
import type { Column, TableRow } from './column.ts';

/** Writes one table. Each call gives the bytes that are ready; together, in order, they are the whole. */
export interface TableWriter {
  begin(): Uint8Array;
  rows(batch: readonly TableRow[]): Uint8Array;
  end(): Uint8Array;
}

export interface WriterOptions {
  /** What the table says of itself, where the format has room for that. */
  readonly about: Readonly<Record<string, string>>;
  /** Whether CSV leaves texts as they are that spreadsheets would run as formulas. */
  readonly keepFormulas: boolean;
}

export type MakeWriter = (columns: readonly Column[], options: WriterOptions) => TableWriter;
