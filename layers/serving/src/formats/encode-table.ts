/**
 * A table as a stream of bytes. Invariants: rows are read only as bytes are asked for; at any time no more than one batch of the format and one page of rows
 * are in memory; whoever stops asking ends the reading.
 */
import { setImmediate } from 'node:timers/promises';

import type { Column, TableRow } from './column.ts';
import type { TableFormat } from './formats.ts';
import type { WriterOptions } from './table-writer.ts';

/** How many bytes are handed on at once: whether a client takes them is seen after so many. */
const PIECE_BYTES = 64 * 1024;

const pieces = function* (bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
};

/** The same rows in batches of a size, the last one smaller: so the bytes do not depend on how rows were read. */
const batchesOf = async function* (pages: AsyncIterable<readonly TableRow[]>, size: number): AsyncGenerator<readonly TableRow[]> {
  let waiting: TableRow[] = [];
  for await (const page of pages) {
    for (const row of page) {
      waiting.push(row);
      if (waiting.length < size) continue;
      yield waiting;
      waiting = [];
    }
  }
  if (waiting.length > 0) yield waiting;
};

export interface EncodeOptions extends WriterOptions {
  /** So many more rows are in what was handed on. */
  readonly onRows?: (count: number) => void;
}

export const encodeTable = async function* (
  format: TableFormat,
  columns: readonly Column[],
  pages: AsyncIterable<readonly TableRow[]>,
  options: EncodeOptions,
): AsyncGenerator<Uint8Array> {
  const writer = format.writer(columns, options);
  yield* pieces(writer.begin());
  for await (const batch of batchesOf(pages, format.batchRows)) {
    yield* pieces(writer.rows(batch));
    options.onRows?.(batch.length);
    // Others get their turn: a client that takes all at once would leave them none.
    await setImmediate();
  }
  yield* pieces(writer.end());
};
