import { setImmediate } from 'node:timers/promises';

const SLICE = 500;

/** The items of all batches in slices short enough not to hold up a server that runs on the same thread; throws `signal`'s reason when aborted. */
export async function* inSlices<Item>(batches: AsyncIterable<readonly Item[]>, signal?: AbortSignal): AsyncGenerator<readonly Item[]> {
  for await (const batch of batches) {
    for (let at = 0; at < batch.length; at += SLICE) {
      signal?.throwIfAborted();
      yield at === 0 && batch.length <= SLICE ? batch : batch.slice(at, at + SLICE);
      await setImmediate();
    }
  }
  signal?.throwIfAborted();
}
