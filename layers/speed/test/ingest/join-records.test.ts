/** Rows of CSV from lines: what a reader of the whole text finds, and one wrong row costs no other. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { COMMAS } from '../../src/ingest/formats/separated.ts';
import { recordJoiner } from '../../src/ingest/join-records.ts';
import type { TextLine } from '../../src/ingest/line-splitter.ts';

const WIDTH = 3;

const joined = (texts: readonly string[], isWhole = true): readonly TextLine[] => {
  const joiner = recordJoiner((text) => COMMAS.fields(text)?.length === WIDTH);
  const rows = texts.flatMap((text, at) => joiner.push({ line: at + 1, text }));
  return [...rows, ...joiner.finish(isWhole)];
};

const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'é'), maxLength: 6 });
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

test('whatever fields hold, rows come out as they were, under the number of their first line', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(field, field, field), { maxLength: 8 }), (rows) => {
      const texts = rows.map((row) => row.map(quoted).join(','));
      const starts = texts.map((_, at) => 1 + texts.slice(0, at).reduce((lines, text) => lines + text.split('\n').length, 0));
      const found = joined(texts.length === 0 ? [] : texts.join('\n').split('\n'));
      expect(found.map(({ line }) => line)).toEqual(starts);
      expect(found.map(({ text }) => COMMAS.fields(text))).toEqual(rows);
    }),
  );
});

test('whatever lines there are, each is in one row', () => {
  const line = fc.string({ unit: fc.constantFrom('a', ',', '"', ' '), maxLength: 6 });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.boolean(), (texts, isWhole) => {
      const found = joined(texts, isWhole);
      expect(found.flatMap(({ text }) => text.split('\n'))).toEqual(texts);
      expect(found.map((row) => row.line)).toEqual(found.map(({ line: number }) => number).toSorted((a, b) => a - b));
    }),
  );
});

describe('a row that is wrong costs its first line alone', () => {
  test.each([
    ['is never closed', ['a,"b,c', 'a,b,c', 'd,e,f'], [1]],
    ['is closed by the next one that has several lines', ['a,"b,c', 'a,b,c', 'd,"e', 'e",f'], [1]],
    ['has other fields', ['a,"b', 'b"', 'd,e,f'], [1, 2]],
    ['is longer than a row may be', ['a,"b', 'x'.repeat(2 ** 20), 'd,e,f'], [1]],
  ])('%s', (_, texts, wrong) => {
    expect(joined(texts).flatMap(({ line, fault }) => (fault === undefined ? [] : [line]))).toEqual(wrong);
  });

  test('a line that is no text ends it', () => {
    const joiner = recordJoiner(() => true);
    const broken: TextLine = { line: 2, text: '\\xff', fault: 'not UTF-8' };
    expect([...joiner.push({ line: 1, text: 'a,"b' }), ...joiner.push(broken), ...joiner.finish(true)]).toEqual([
      { line: 1, text: 'a,"b', fault: 'a quotation mark in it is not closed' },
      broken,
    ]);
  });
});
