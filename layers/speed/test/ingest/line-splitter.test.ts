import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createLineSplitter, MAX_LINE_BYTES, type TextLine } from '../../src/ingest/line-splitter.ts';

const split = (chunks: readonly Buffer[]): readonly TextLine[] => {
  const splitter = createLineSplitter();
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.finish()];
};

const cutAt = (bytes: Buffer, places: readonly number[]): readonly Buffer[] => {
  const cuts = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [...cuts, bytes.length].map((end, at) => bytes.subarray(at === 0 ? 0 : cuts[at - 1], end));
};

describe('lines', () => {
  test('come out the same however the bytes are cut, each once, with its number', () => {
    const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[\n\r\uFEFF]/g, ' '));
    const end = fc.constantFrom('\n', '\r\n');
    fc.assert(
      fc.property(fc.array(fc.tuple(line, end)), line, fc.array(fc.nat(500)), (lines, last, places) => {
        const bytes = Buffer.from(lines.map((parts) => parts.join('')).join('') + last);
        const texts = [...lines.map(([text]) => text), ...(last === '' ? [] : [last])].map((text) => Buffer.from(text).toString());
        expect(split(cutAt(bytes, places))).toEqual(
          texts.map((text, at) => ({ line: at + 1, text, ...(at < lines.length ? {} : { isUnended: true }) })),
        );
      }),
    );
  });

  test('the mark at the beginning of some files is no part of the first', () => {
    expect(split([Buffer.from('\uFEFFa\n\uFEFFb\n')])).toEqual([
      { line: 1, text: 'a' },
      { line: 2, text: '\uFEFFb' },
    ]);
  });

  test('one that is no UTF-8 comes out readable, and does not touch its neighbors', () => {
    const lines = split([Buffer.from('good\nb'), Buffer.from([0xff, 0x0a]), Buffer.from('good again')]);
    expect(lines).toEqual([
      { line: 1, text: 'good' },
      { line: 2, text: 'b\\xff', fault: 'not UTF-8' },
      { line: 3, text: 'good again', isUnended: true },
    ]);
  });

  test.each([[70_000], [1 << 20], [5_000_000]])('one that is too long is cut, in chunks of %i bytes', (size) => {
    const long = MAX_LINE_BYTES + 3_000_000;
    const bytes = Buffer.from(`${'x'.repeat(long)}\n${'y'.repeat(MAX_LINE_BYTES)}\nend\n`);
    const places = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => n * size);
    const [first, second, third] = split(cutAt(bytes, places));
    expect(first?.fault).toBe(`line of ${long} bytes (limit ${MAX_LINE_BYTES})`);
    expect(first?.text).toHaveLength(65_536);
    expect(second?.fault).toBeUndefined();
    expect(third).toEqual({ line: 3, text: 'end' });
  });
});
