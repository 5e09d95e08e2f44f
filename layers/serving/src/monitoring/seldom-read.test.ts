import { expect, test } from 'vitest';

import { seldomRead } from './seldom-read.ts';

test('is read every ten seconds; what was read last stands where the next reading fails', async () => {
  let [atMs, reads, fails] = [0, 0, false];
  const said = seldomRead({
    read: async () => {
      reads += 1;
      if (fails) throw new Error('out of reach');
      return reads;
    },
    atFirst: 0,
    elapsedMs: () => atMs,
  });
  expect(await Promise.all([said(), said()])).toEqual([1, 1]);
  atMs = 9_999;
  expect([await said(), reads]).toEqual([1, 1]);
  atMs = 10_000;
  expect([await said(), reads]).toEqual([2, 2]);
  fails = true;
  atMs = 20_000;
  expect([await said(), reads]).toEqual([2, 3]);
  // A reading that failed is no reason to ask more often.
  expect([await said(), reads]).toEqual([2, 3]);
});

test('who asks does not wait for a reading that does not end', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const said = seldomRead({ read: () => promise, atFirst: 'nothing yet', elapsedMs: () => 0 });
  expect(await said()).toBe('nothing yet');
  resolve('late');
  await expect.poll(said).toBe('late');
});
