/**
 * A copy of a parent's collection, without some rows. The copy is made within the server by one `$out`, so no row goes over the network; the removed rows are
 * read, taken off the checksum and deleted in slices. Deleting afterwards needs neither the whole set of keys at once nor a `$match` that is larger than a
 * command may be.
 */
import type { ArtefactLayout } from '@rushes/ports';
import type { Collection } from 'mongodb';

import { within } from '../mongodb-server/deadline.ts';
import { addRow, type RowSum } from './row-sum.ts';
import { rowDecoder, rowText, type StoredRow } from './stored-row.ts';

const SLICE_KEYS = 1_000;

async function* slices(batches: AsyncIterable<readonly string[]>): AsyncGenerator<readonly string[]> {
  let slice: string[] = [];
  for await (const batch of batches)
    for (const key of batch) {
      if (typeof key !== 'string') throw new RangeError(`a removed key is no text but ${JSON.stringify(key)}`);
      slice.push(key);
      if (slice.length < SLICE_KEYS) continue;
      yield slice;
      slice = [];
    }
  if (slice.length > 0) yield slice;
}

interface Copy {
  readonly from: Collection<StoredRow>;
  readonly to: Collection<StoredRow>;
  readonly buildTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Copies all rows. It may still end after this has thrown: what it makes then is nobody's. */
export const copyRows = async ({ from, to, buildTimeoutMs, signal }: Copy): Promise<void> => {
  await within(buildTimeoutMs, signal, (ends) => from.aggregate([{ $match: {} }, { $out: to.collectionName }], ends).toArray());
};

/** @throws StoredRowError if a removed row cannot have been stored so; the signal's reason; the driver's errors. */
export const removeRows = async (
  collection: Collection<StoredRow>,
  layout: ArtefactLayout,
  keys: AsyncIterable<readonly string[]>,
  { sum, timeoutMs, signal }: { readonly sum: RowSum; readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
): Promise<void> => {
  const decode = rowDecoder(layout);
  for await (const slice of slices(keys)) {
    signal?.throwIfAborted();
    const some = { _id: { $in: [...slice] } };
    const removed = await within(timeoutMs, signal, (ends) => collection.find(some, ends).toArray());
    if (removed.length === 0) continue;
    await within(timeoutMs, signal, (ends) => collection.deleteMany(some, ends));
    for (const row of removed) addRow(sum, rowText(decode(row)), -1);
  }
};
