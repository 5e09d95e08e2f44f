/**
 * Reads a whole artefact and compares its rows with the checksum of its build. The rows are asked for in slices, one behind the last key of the one before:
 * each slice has a deadline of its own, and may be asked for again by the driver.
 */
import type { Collection } from 'mongodb';

import { within } from '../mongodb-server/deadline.ts';
import type { WholeArtefact } from './catalog.ts';
import { addRow, emptySum, sumText } from './row-sum.ts';
import { rowDecoder, rowText, type StoredRow, StoredRowError } from './stored-row.ts';

const SLICE_ROWS = 1_000;

/** @throws the signal's reason; the driver's errors. */
export const isSound = async (
  collection: Collection<StoredRow>,
  { layout, rows, sum }: WholeArtefact,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
): Promise<boolean> => {
  const decode = rowDecoder(layout);
  const read = emptySum();
  const order = { sort: { _id: 1 }, limit: SLICE_ROWS, batchSize: SLICE_ROWS } as const;
  try {
    for (let last: string | undefined; ;) {
      const behind = last === undefined ? {} : { _id: { $gt: last } };
      const slice = await within(timeoutMs, signal, (ends) => collection.find(behind, { ...order, ...ends }).toArray());
      for (const row of slice) addRow(read, rowText(decode(row)));
      if (slice.length < SLICE_ROWS) break;
      last = slice.at(-1)?._id;
    }
  } catch (error) {
    if (error instanceof StoredRowError) return false;
    throw error;
  }
  return read.rows === rows && sumText(read) === sum;
};
