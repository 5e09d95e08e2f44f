import { expect, test } from 'vitest';

import { shortenLine, wrapText } from './wrap-text.ts';

const TEXT =
  'Using a sample of 3,201 films.\n  http://127.0.0.1:8080/movies?genre=Action&rating_gt=8 is one\n\nINFO: began {"version":1,"source":"imdb"}\n';

test.each([10, 20, 40, 80])('at %i columns no word is broken, and nothing is lost', (columns) => {
  const wrapped = wrapText(TEXT, columns);
  for (const line of wrapped.split('\n')) expect(line.length <= columns || !/\S[ ]+\S/.test(line)).toBe(true);
  expect(wrapped.replaceAll(/\s+/g, '')).toBe(TEXT.replaceAll(/\s+/g, ''));
  for (const word of TEXT.split(/\s+|(?<=,)(?=")/)) expect(wrapped).toContain(word);
});

test('what fits stays as it is; what is broken stands behind its beginning', () => {
  expect(wrapText(TEXT, 80)).toBe(TEXT);
  expect(wrapText('  one two three\nfour', 9)).toBe('  one two\n    three\nfour');
});

test('a number stays with its unit', () => {
  expect(wrapText('read it  19.5 kB  0.1 s', 15)).toBe('read it\n  19.5 kB\n  0.1 s');
});

test('colors take no room', () => {
  expect(wrapText('\u001b[32mINFO\u001b[39m: done', 10)).toBe('\u001b[32mINFO\u001b[39m: done');
});

test.each([
  ['read title.basics  25%  250,000 of 1,000,000 rows  6 s left', 40, 'read title.basics  25%'],
  ['read title.basics  25%  250,000 rows', 40, 'read title.basics  25%  250,000 rows'],
  ['The Lord of the Rings: The Return of the King', 40, 'The Lord of the Rings: The Return of …'],
  ['Supercalifragilistic', 10, 'Supercali…'],
])('%s at %i columns', (line, columns, expected) => {
  expect(shortenLine(line, columns)).toBe(expected);
  expect(shortenLine(line, columns).length).toBeLessThanOrEqual(columns);
});
