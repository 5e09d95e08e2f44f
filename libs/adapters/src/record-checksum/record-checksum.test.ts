import { expect, test } from 'vitest';
import { recordChecksum } from './record-checksum.ts';

test('values that differ in one bit, in their order, their types or where they end have other checksums', () => {
  const records = [
    ['ab', 'c', 1],
    ['a', 'bc', 1],
    ['ab', 'c', 0],
    ['ab', 'c', '1'],
    ['ab', 1, 'c'],
    ['ab', 'c', null],
    ['ab', 'c'],
    ['ab', 'b', 1],
  ];
  expect(new Set(records.map(recordChecksum)).size).toBe(records.length);
  expect(recordChecksum(['ab', 'c', 1])).toBe(recordChecksum(['ab', 'c', 1]));
});

test('is an integer that SQLite and JSON keep', () => {
  for (let n = 0; n < 100; n++) {
    const sum = recordChecksum(['é\u0000😀', n]);
    expect(Number.isSafeInteger(sum) && sum >= 0 && sum < 2 ** 32).toBe(true);
  }
});
