import { expect, test } from 'vitest';

import { createReceipts, type Receipt } from './receipts.ts';

const receipt = (eventId: string): Receipt => ({ eventId, movieId: 'm', position: {}, appendedAtMs: 0 });

test('a movie is one event’s until it gives it up', () => {
  const receipts = createReceipts(() => 0);
  const takeBack = receipts.claimMovie('m', 'a');
  expect(receipts.claimMovie('m', 'b')).toBeUndefined();
  expect(receipts.claimMovie('other', 'b')).toBeDefined();
  // Its own retry, after its receipt was forgotten.
  expect(receipts.claimMovie('m', 'a')).toBeDefined();
  takeBack?.();
  expect(receipts.claimMovie('m', 'b')).toBeDefined();
  // What another has by now is not taken back.
  takeBack?.();
  expect(receipts.claimMovie('m', 'c')).toBeUndefined();
});

test('memory is bounded: the oldest receipts are forgotten, and their requests accepted again', async () => {
  const receipts = createReceipts(() => 0);
  let accepted = 0;
  const send = (eventId: string) =>
    receipts.once(eventId, 'body', async () => {
      accepted += 1;
      return receipt(eventId);
    });
  for (let n = 0; n <= 20_000; n += 1) await send(`e${n}`);
  expect((await send('e20000')).isRepeated).toBe(true);
  expect((await send('e0')).isRepeated).toBe(false);
  expect(accepted).toBe(20_002);
});
