import { setImmediate } from 'node:timers/promises';

import { type Appended, type NewRecord, StoreBusyError } from '@rushes/ports';
import { expect, test } from 'vitest';

import { type AppendQueue, appendQueue, type Batch } from './append.ts';

const record = (id: string): NewRecord => ({ partition: 'movie.ratings/3', key: 'k', id, value: '' });
const batchOf = (size: number, name: string): Batch => ({ records: Array.from({ length: size }, (_, n) => record(`${name}.${n}`)) });
const sizeOf = (batch: Batch): number => ('records' in batch ? batch.records.length : 0);

/** A queue over a log that only remembers the sizes of what came in one transaction. `write` returns whether another process has the lock. */
const remembering = (
  write?: () => boolean | void,
  lockWaitMs = 60_000,
): { readonly queue: AppendQueue; readonly transactions: number[][]; readonly grown: number[] } => {
  const transactions: number[][] = [];
  const grown: number[] = [];
  let offset = 0;
  const queue = appendQueue({
    write: (batches) => {
      if (write?.() === true) return undefined;
      transactions.push(batches.map(sizeOf));
      const place = (): Appended => ({ partition: 'movie.ratings/3', offset: offset++ });
      return { appended: batches.map((batch) => Array.from({ length: sizeOf(batch) }, place)), partitions: new Set([3]) };
    },
    onWritten: (partitions) => grown.push(...partitions),
    lockWaitMs,
    location: 'the log',
  });
  return { queue, transactions, grown };
};

test('what is appended in one turn shares a transaction, and each caller gets its own places', async () => {
  const { queue, transactions, grown } = remembering();
  const appended = await Promise.all([queue.append(batchOf(1, 'a')), queue.append(batchOf(2, 'b')), queue.append({ barrier: 1 })]);
  expect(transactions).toEqual([[1, 2, 0]]);
  expect(appended.map((places) => places.map(({ offset }) => offset))).toEqual([[0], [1, 2], []]);
  expect(grown).toEqual([3]);
});

test('so do fifty callers that append one after the other', async () => {
  const { queue, transactions } = remembering();
  await Promise.all(
    Array.from({ length: 50 }, async (_, caller) => {
      for (let n = 0; n < 10; n++) await queue.append(batchOf(1, `${caller}.${n}`));
    }),
  );
  expect(transactions.map((one) => one.length)).toEqual(Array.from({ length: 10 }, () => 50));
});

test('a transaction is bounded, the rest follows in order; a batch stays whole', async () => {
  const { queue, transactions } = remembering();
  await Promise.all([1_500, 700, 10, 9_000, 20].map((size, n) => queue.append(batchOf(size, String(n)))));
  expect(transactions).toEqual([[1_500, 700], [10, 9_000], [20]]);
});

test('those who wait for a transaction that fails are told, those behind them are not touched', async () => {
  let failures = 1;
  const { queue, transactions } = remembering(() => {
    if (failures-- > 0) throw new Error('disk full');
  });
  const outcomes = await Promise.allSettled([3_000, 1].map((size, n) => queue.append(batchOf(size, String(n)))));
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect(transactions).toEqual([[1]]);
});

test('while another process has the lock the event loop turns, and what is appended meanwhile joins what waits', async () => {
  let isLocked = true;
  let turns = 0;
  const attempts: number[] = [];
  const { queue, transactions } = remembering(() => {
    attempts.push(turns);
    return isLocked;
  });
  const first = queue.append(batchOf(1, 'a'));
  for (; attempts.length < 4; turns += 1) await setImmediate();
  const second = queue.append(batchOf(2, 'b'));
  isLocked = false;
  expect((await Promise.all([first, second])).map((places) => places.map(({ offset }) => offset))).toEqual([[0], [1, 2]]);
  expect(transactions).toEqual([[1, 2]]);
  expect(new Set(attempts).size, 'each attempt in a turn of its own').toBe(attempts.length);
});

test('who waits longer than a call may is refused, and nothing of it is written later', async () => {
  let isLocked = true;
  const { queue, transactions } = remembering(() => isLocked, 5);
  const refused = await queue.append(batchOf(1, 'a')).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(StoreBusyError);
  expect(String(refused)).toContain('the log is busy: another process');
  isLocked = false;
  await queue.append(batchOf(2, 'b'));
  expect(transactions).toEqual([[2]]);
});

test('closing waits for what is still to be written', async () => {
  let locked = 3;
  const { queue, transactions } = remembering(() => locked-- > 0);
  void queue.append(batchOf(1, 'a'));
  await queue.close();
  expect(transactions).toEqual([[1]]);
});
