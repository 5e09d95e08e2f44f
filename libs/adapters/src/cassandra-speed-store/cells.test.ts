/** What is stored as one cell, and what becomes of it when one bit of it, or its key, is another. */
import { type ChangeRecord, MAX_CHANGE_BYTES, type SpeedRow } from '@rushes/ports';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { changeCell, type ChangeHead, cutInPieces, packRows, readChangeCell, unpackRows } from './change-cell.ts';
import { coverageCell, coverageIn, positionCell, positionIn, withCoverage, withoutTrust } from './coverage-cell.ts';
import { rowCell, rowOfCell } from './row-cell.ts';

const PARTITION = 'movie.ratings/1' as const;
const row: SpeedRow = {
  view: 'v',
  key: 'k',
  epoch: 3,
  partition: PARTITION,
  generation: 1,
  lastOffset: 2 ** 52,
  appendedAtMs: 1.5,
  state: 'é😀\0',
};
const flipped = (bytes: Buffer, bit: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copy;
};

describe('a row', () => {
  test('comes back under its key, and under no other', () => {
    const cell = rowCell(row);
    expect(rowOfCell(row, cell)).toEqual(row);
    for (const other of [{ view: 'w' }, { key: 'l' }, { epoch: 4 }, { partition: 'movie.ratings/2' as const }, { generation: 0 }])
      expect(rowOfCell({ ...row, ...other }, cell)).toBeUndefined();
  });

  test('is not one with another bit, cut off, or nothing', () => {
    const cell = rowCell(row);
    for (let bit = 0; bit < 8 * cell.length; bit++) expect(rowOfCell(row, flipped(cell, bit))).toBeUndefined();
    for (const broken of [cell.subarray(0, -1), cell.subarray(0, 5), Buffer.alloc(0), null, undefined])
      expect(rowOfCell(row, broken)).toBeUndefined();
  });

  test('any state comes back', () => {
    const states = fc.sample(fc.string({ unit: 'binary' }), 200);
    expect(states.map((state) => rowOfCell(row, rowCell({ ...row, state }))?.state)).toEqual(states);
  });
});

describe('a change record', () => {
  const rows = [row, { ...row, key: 'l', state: '' }];
  const change: ChangeRecord = { partition: PARTITION, from: 3, to: 70_000, epoch: 3, generation: 1, appendedAtMs: 7, rows };
  const head: ChangeHead = { partition: PARTITION, from: 3, to: 70_000, epoch: 3, generation: 1, appendedAtMs: 7, pieces: undefined };
  const read = (cell: Buffer) => readChangeCell(PARTITION, 70_000, cell);

  test('comes back, in one cell or in pieces', () => {
    const packed = packRows(change);
    const whole = read(changeCell(head, packed));
    expect(whole?.head).toEqual(head);
    expect(whole && unpackRows(whole, whole.packed ?? Buffer.alloc(0))).toEqual(rows);
    const pieces = cutInPieces(packed, 10);
    expect(pieces.every((piece) => piece.length <= 10)).toBe(true);
    const beside = { ...head, pieces: { record: 'r', count: pieces.length } };
    const cut = read(changeCell(beside, packed));
    expect(cut).toMatchObject({ head: beside, packed: undefined });
    expect(cut && unpackRows(cut, Buffer.concat(pieces))).toEqual(rows);
    expect(cut && unpackRows(cut, Buffer.concat(pieces.slice(1)))).toBeUndefined();
  });

  test('with another bit has no head, or no rows', () => {
    const cell = changeCell(head, packRows(change));
    let headless = 0;
    for (let bit = 0; bit < 8 * cell.length; bit++) {
      const found = read(flipped(cell, bit));
      if (found === undefined) headless += 1;
      else {
        expect(found.head).toEqual(head);
        expect(unpackRows(found, found.packed ?? Buffer.alloc(0))).toBeUndefined();
      }
    }
    expect(headless).toBeGreaterThan(8 * 12);
    expect(headless).toBeLessThan(8 * cell.length);
    expect(readChangeCell(PARTITION, 70_001, cell)).toBeUndefined();
    expect(readChangeCell('movie.ratings/2', 70_000, cell)).toBeUndefined();
  });

  test('rows of another epoch, or too many, are refused', () => {
    expect(() => packRows({ ...change, rows: [{ ...row, epoch: 4 }] })).toThrow(RangeError);
    expect(() => packRows({ ...change, rows: [{ ...row, state: 'x'.repeat(MAX_CHANGE_BYTES) }] })).toThrow(RangeError);
  });
});

describe('coverage and position', () => {
  const one = { partition: PARTITION, epoch: 1, generation: 0, from: 5, expiresAtMs: 900, begun: 0, baseUs: 77 };
  const position = { partition: PARTITION, offset: 9, epoch: 2, opening: { offset: 4, appendedAtMs: 5 } };

  test('come back under their partition', () => {
    const cell = coverageCell(PARTITION, [one, { ...one, epoch: 2 }]);
    expect(coverageIn(PARTITION, cell)).toEqual([one, { ...one, epoch: 2 }]);
    expect(coverageIn(PARTITION, null)).toEqual([]);
    expect(coverageIn('movie.ratings/2', cell)).toBeUndefined();
    expect(positionIn(PARTITION, positionCell(position))).toEqual(position);
    expect(positionIn('movie.ratings/2', positionCell(position))).toBeUndefined();
    expect(positionIn(PARTITION, cell)).toBeUndefined();
  });

  test('with another character they are none', () => {
    const texts = [coverageCell(PARTITION, [one]), positionCell(position)];
    for (const text of texts)
      for (let at = 0; at < text.length; at++) {
        const changed = `${text.slice(0, at)}${text[at] === '7' ? '8' : '7'}${text.slice(at + 1)}`;
        expect(coverageIn(PARTITION, changed)).toBeUndefined();
        expect(positionIn(PARTITION, changed)).toBeUndefined();
      }
    expect(coverageIn(PARTITION, '')).toBeUndefined();
  });

  test('of two promises the smaller one stays, a higher generation replaces', () => {
    const all = [one];
    expect(withCoverage(all, { ...one, from: 6, expiresAtMs: 800, begun: 2, baseUs: 1 })).toEqual([{ ...one, expiresAtMs: 800, begun: 2 }]);
    expect(withCoverage(all, { ...one, expiresAtMs: 1_000 })).toEqual(all);
    const renewed = { ...one, generation: 1, from: 6, expiresAtMs: 1_000, begun: 1 };
    expect(withCoverage([{ ...one, begun: 3 }], renewed)).toEqual([{ ...renewed, begun: 3 }]);
    expect(withCoverage([renewed], one)).toEqual([renewed]);
    expect(withCoverage([{ ...one, epoch: 4 }], one).map(({ epoch }) => epoch)).toEqual([1, 4]);
  });

  test('what is not trusted expires at once, and never later than before', () => {
    const all = [one, { ...one, epoch: 2, expiresAtMs: 50 }];
    expect(withoutTrust(all, 1, 100)).toEqual([{ ...one, expiresAtMs: 100 }, all[1]]);
    expect(withoutTrust(all, undefined, 100).map(({ expiresAtMs }) => expiresAtMs)).toEqual([100, 50]);
  });
});
