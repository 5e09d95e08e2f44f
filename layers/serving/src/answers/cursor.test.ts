import type { CellValue, ColumnType } from '@rushes/ports';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { decodeCursor, encodeCursor, listName } from './cursor.ts';

const cell: fc.Arbitrary<readonly [ColumnType, CellValue]> = fc.oneof(
  fc.tuple(fc.constant<ColumnType>('integer'), fc.oneof(fc.maxSafeInteger(), fc.constant(null))),
  fc.tuple(fc.constant<ColumnType>('text'), fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant(null))),
  fc.tuple(fc.constant<ColumnType>('boolean'), fc.oneof(fc.boolean(), fc.constant(null))),
);
const cells = fc.array(cell, { maxLength: 3 });
const key = fc.string({ unit: 'grapheme' });

const typesOf = (pairs: readonly (readonly [ColumnType, CellValue])[]) => pairs.map(([type]) => type);
const valuesOf = (pairs: readonly (readonly [ColumnType, CellValue])[]) => pairs.map(([, value]) => value);

describe('cursors', () => {
  test('come back as they went', () => {
    fc.assert(
      fc.property(cells, key, fc.string(), (pairs, at, identity) => {
        const cursor = encodeCursor(listName(identity), { values: valuesOf(pairs), key: at });
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeCursor(cursor, typesOf(pairs))).toEqual({ list: listName(identity), position: { values: valuesOf(pairs), key: at } });
      }),
    );
  });

  test('are refused when a character is changed', () => {
    fc.assert(
      fc.property(cells, key, fc.nat(), fc.constantFrom('A', '_', '9', 'z'), (pairs, at, where, character) => {
        const cursor = encodeCursor(listName('/movies'), { values: valuesOf(pairs), key: at });
        const position = where % cursor.length;
        const garbled = cursor.slice(0, position) + character + cursor.slice(position + 1);
        // The last character may carry bits that no byte needs.
        fc.pre(!Buffer.from(garbled, 'base64url').equals(Buffer.from(cursor, 'base64url')));
        expect(decodeCursor(garbled, typesOf(pairs))).toBeUndefined();
      }),
    );
  });

  test('never make the reader fail, whatever they are', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(decodeCursor(text, ['integer'])).toBeUndefined();
      }),
    );
  });

  test.each<[CellValue, ColumnType]>([
    ['7', 'integer'],
    [1.5, 'integer'],
    [7, 'text'],
    [1, 'boolean'],
  ])('a forged one with %o for a column of type %s is refused', (value, type) => {
    expect(decodeCursor(encodeCursor(listName('/movies'), { values: [value], key: 'k' }), [type])).toBeUndefined();
  });

  test('of another number of sort columns is refused', () => {
    expect(decodeCursor(encodeCursor(listName('/movies'), { values: [1, 2], key: 'k' }), ['integer'])).toBeUndefined();
  });
});
