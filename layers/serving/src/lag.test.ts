import { expect, test } from 'vitest';

import { trackLag } from './lag.ts';

test('lag is how long the oldest record that is not shown has been waited for', async () => {
  let [nowMs, next] = [1000, 0];
  const lag = trackLag({ bounds: async (partition) => ({ earliest: 0, next: partition === 'movie.ratings/2' ? next : 0 }) }, () => nowMs);
  await lag.check({});
  expect(lag.ms()).toBe(0);
  next = 5;
  await lag.check({});
  nowMs = 1400;
  next = 9;
  // Records that came later do not make it younger, those that are shown do not make it older.
  await lag.check({ 'movie.ratings/2': 4 });
  expect(lag.ms()).toBe(400);
  await lag.check({ 'movie.ratings/2': 5 });
  expect(lag.ms()).toBe(0);
  nowMs = 1500;
  expect(lag.ms()).toBe(100);
  await lag.check({ 'movie.ratings/2': 9 });
  expect(lag.ms()).toBe(0);
});
