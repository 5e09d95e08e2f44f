/** Reads a whole artefact and compares its rows with the checksum of its build. The rows come in batches; each has a deadline of its own. */
import type { Collection } from 'mongodb';

import type { WholeArtefact } from './catalog.ts';
import { addRow, emptySum, sumText } from './row-sum.ts';
import { rowDecoder, rowText, type StoredRow, StoredRowError } from './stored-row.ts';

const BATCH_ROWS = 1_000;

/** @throws the signal's reason; the driver's errors. */
export const isSound = async (
  collection: Collection<StoredRow>,
  { layout, rows, sum }: WholeArtefact,
  { timeoutMS, signal }: { readonly timeoutMS: number; readonly signal: AbortSignal | undefined },
): Promise<boolean> => {
  const decode = rowDecoder(layout);
  const read = emptySum();
  try {
    const all = collection.find({}, { batchSize: BATCH_ROWS, timeoutMS, timeoutMode: 'iteration', ...(signal && { signal }) });
    for await (const row of all) addRow(read, rowText(decode(row)));
  } catch (error) {
    if (error instanceof StoredRowError) return false;
    throw error;
  }
  return read.rows === rows && sumText(read) === sum;
};
