import type { ArtefactReader } from '@rushes/ports';
import { expect, test } from 'vitest';

import { keepCounts } from './kept-counts.ts';

const unused = (): never => {
  throw new Error('not asked for here');
};

const counting = (answers: (() => Promise<number>)[]): ArtefactReader & { readonly asked: () => number } => {
  let asked = 0;
  return {
    asked: () => asked,
    layout: { key: 'id', columns: {}, documents: [], lookups: [], sorts: [], filters: [] },
    get: unused,
    lookup: unused,
    search: unused,
    getMany: unused,
    list: unused,
    count: () => (answers[asked++] ?? unused)(),
    close: unused,
  };
};

const WHERE = [{ column: 'type', op: 'eq', value: 'movie' }] as const;
const OTHER = [{ column: 'type', op: 'eq', value: 'short' }] as const;

test('who asks while a count is made, or afterwards, shares it; other conditions are counted apart', async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const reader = counting([() => promise, async () => 5]);
  const kept = keepCounts(reader);
  const both = [kept.count(WHERE), kept.count(WHERE)];
  expect(reader.asked()).toBe(1);
  resolve(12);
  expect(await Promise.all(both)).toEqual([12, 12]);
  expect(await kept.count(WHERE)).toBe(12);
  expect(await kept.count(OTHER)).toBe(5);
  expect(reader.asked()).toBe(2);
});

test('a count that failed is made again', async () => {
  const kept = keepCounts(counting([() => Promise.reject(new Error('no such file')), async () => 3]));
  await expect(kept.count(WHERE)).rejects.toThrow('no such file');
  expect(await kept.count(WHERE)).toBe(3);
});
