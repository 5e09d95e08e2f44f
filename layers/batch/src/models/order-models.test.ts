import { expect, test } from 'vitest';
import { orderModels } from './order-models.ts';

const model = (name: string, ...reads: string[]) => ({ name, reads, select: '', meaning: '' });
const names = (models: readonly { name: string }[]): string[] => models.map((one) => one.name);

test('each model comes after what it reads, by name where that leaves a choice', () => {
  const ordered = orderModels([model('a', 'c'), model('c', 'given'), model('b', 'given')], new Set(['given']));
  expect(names(ordered)).toEqual(['b', 'c', 'a']);
});

test('an unknown table is named together with who reads it', () => {
  expect(() => orderModels([model('a', 'nowhere.b')], new Set())).toThrow('the model a reads nowhere.b, which nothing makes');
});

test('a circle is named', () => {
  expect(() => orderModels([model('a', 'b'), model('b', 'a'), model('c')], new Set())).toThrow('in a circle: a, b');
});
