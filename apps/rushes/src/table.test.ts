import { expect, test } from 'vitest';

import { table } from './table.ts';

test('columns are as wide as their widest cell; numbers stand to the right', () => {
  expect(
    table(
      ['name', 'rows'],
      [
        ['titles', 1_234_567],
        ['x', 3],
      ],
    ),
  ).toBe('name         rows\ntitles  1,234,567\nx               3');
});

test('without rows only the head is shown', () => {
  expect(table(['a', 'b'], [])).toBe('a  b');
});

test('on a screen that is too narrow each value has a line', () => {
  const rows = [
    ['titles', 1_234_567],
    ['x', 3],
  ];
  expect(table(['name', 'rows'], rows, 17)).toBe('name         rows\ntitles  1,234,567\nx               3');
  expect(table(['name', 'rows'], rows, 16)).toBe('name  titles\nrows  1,234,567\n\nname  x\nrows  3');
});
