import { expect, test } from 'vitest';

import { createBreaker } from './breaker.ts';

test('one late answer opens it, once', () => {
  const breaker = createBreaker();
  expect([breaker.isOpen(), breaker.late(), breaker.late(), breaker.isOpen()]).toEqual([false, true, false, true]);
  breaker.close();
  expect([breaker.isOpen(), breaker.late()]).toEqual([false, true]);
});

test('answers of which most are slow open it; a slow one now and then does not', () => {
  const breaker = createBreaker();
  for (let n = 0; n < 300; n++) expect(breaker.answered(n % 3 === 0)).toBe(false);
  const opened = Array.from({ length: 10 }, () => breaker.answered(true));
  expect(opened.filter(Boolean)).toHaveLength(1);
  expect(breaker.isOpen()).toBe(true);
  breaker.close();
  expect(breaker.answered(true)).toBe(false);
});
