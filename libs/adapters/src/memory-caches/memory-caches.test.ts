import { cachesContract } from '@rushes/ports/contracts/caches';
import { expect, test } from 'vitest';

import { createMemoryCaches } from './index.ts';

cachesContract({ name: 'in memory', open: async ({ now }) => createMemoryCaches({ now }) });

test('claims are bounded: the oldest are forgotten', async () => {
  const claims = createMemoryCaches().claims({ name: 'movies', maxClaims: 2 });
  for (const name of ['a', 'b', 'c']) expect(await claims.claim(name, 'one', 60_000)).toBe(true);
  expect(await claims.claim('c', 'two', 60_000)).toBe(false);
  expect(await claims.claim('a', 'two', 60_000)).toBe(true);
});
