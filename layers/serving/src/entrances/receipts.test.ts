import { randomUUID } from 'node:crypto';

import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { JUDGED_WINDOW_MS } from '@rushes/domain';
import type { Caches } from '@rushes/ports';
import { expect, test } from 'vitest';

import { createReceipts, type Receipt } from './receipts.ts';

const receipt = (eventId: string): Receipt => ({ eventId, movieId: 'm', position: {}, appendedAtMs: 0 });

const receiptsIn = (caches: Caches = createMemoryCaches({ now: () => 0 }), now = () => 0) =>
  createReceipts({ caches, now, by: randomUUID(), isLogged: async () => true, onTrouble: (error) => expect.fail(String(error)) });

test('a movie is one event’s until it gives it up', async () => {
  const receipts = receiptsIn();
  const takeBack = await receipts.claimMovie('m', 'a');
  expect(await receipts.claimMovie('m', 'b')).toBeUndefined();
  expect(await receipts.claimMovie('other', 'b')).toBeDefined();
  // Its own retry, after its receipt was forgotten.
  expect(await receipts.claimMovie('m', 'a')).toBeDefined();
  await takeBack?.();
  expect(await receipts.claimMovie('m', 'b')).toBeDefined();
  // What another has by now is not taken back.
  await takeBack?.();
  expect(await receipts.claimMovie('m', 'c')).toBeUndefined();
});

test('a claim that cannot be given back is reported, and hides no other failure', async () => {
  const troubles: unknown[] = [];
  const caches = createMemoryCaches();
  const failing: Caches = {
    ...caches,
    claims: (options) => ({ ...caches.claims(options), release: () => Promise.reject(new Error('away')) }),
  };
  const receipts = createReceipts({
    caches: failing,
    now: () => 0,
    by: 'one',
    isLogged: async () => true,
    onTrouble: (error) => void troubles.push(error),
  });
  const takeBack = await receipts.claimMovie('m', 'a');
  await takeBack?.();
  expect(troubles).toHaveLength(1);
});

test('a replica on the same caches repeats what another accepted', async () => {
  const caches = createMemoryCaches({ now: () => 0 });
  const [one, two] = [receiptsIn(caches), receiptsIn(caches)];
  await one.once('e', 'body', async () => receipt('e'));
  expect(await two.once('e', 'body', () => expect.fail('accepted twice'))).toEqual({ receipt: receipt('e'), isRepeated: true });
  await expect(two.once('e', 'another', () => expect.fail('accepted'))).rejects.toMatchObject({ status: 422 });
});

test('who waits gets the outcome, with another body 422, and a failure is not kept', async () => {
  const receipts = receiptsIn();
  const gate = Promise.withResolvers<Receipt>();
  const failed = new Error('the log is away');
  const all = Promise.allSettled([
    receipts.once('e', 'body', () => gate.promise),
    receipts.once('e', 'body', () => expect.fail('accepted twice')),
    receipts.once('e', 'another', () => expect.fail('accepted twice')),
  ]);
  gate.reject(failed);
  const reasons = (await all).map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as unknown) : outcome.value));
  expect(reasons).toEqual([failed, failed, expect.objectContaining({ status: 422 })]);
  expect((await receipts.once('e', 'another', async () => receipt('e'))).isRepeated).toBe(false);
});

test('a receipt is worth something for as long as the rule of duplicates reaches', async () => {
  let nowMs = 0;
  const now = () => nowMs;
  const receipts = receiptsIn(createMemoryCaches({ now }), now);
  nowMs = 1_000; // the log took it a second ago
  await receipts.once('e', 'body', async () => receipt('e'));
  nowMs = JUDGED_WINDOW_MS;
  expect((await receipts.once('e', 'body', () => expect.fail('accepted twice'))).isRepeated).toBe(true);
  nowMs = JUDGED_WINDOW_MS + 1;
  expect((await receipts.once('e', 'body', async () => receipt('e'))).isRepeated).toBe(false);
});

test('memory is bounded: the oldest receipts are forgotten, and their requests accepted again', async () => {
  const receipts = receiptsIn();
  let accepted = 0;
  const send = (eventId: string) =>
    receipts.once(eventId, 'body', async () => {
      accepted += 1;
      return receipt(eventId);
    });
  for (let n = 0; n <= 25_000; n += 1) await send(`e${n}`);
  expect((await send('e25000')).isRepeated).toBe(true);
  expect((await send('e10000')).isRepeated).toBe(true);
  expect((await send('e0')).isRepeated).toBe(false);
  expect(accepted).toBe(25_002);
});
