import { titles } from '@rushes/views';
import { expect, test } from 'vitest';
import { rowDecoder, valueNames } from './view-rows.ts';

const encode = (values: Readonly<Record<string, string>>): string =>
  valueNames(titles)
    .map((name) => values[name] ?? '\u001f')
    .join('\u001e');

test('values come typed and in the order of the layout, folded where the view says so', () => {
  const row = rowDecoder(titles)(
    encode({ id: 'x', primary_title: '\\N', title_sort: 'Amélie II', votes: '12', genres: 'A\u001fB', movie: '{"a":"\\\\N"}' }),
  );
  const value = (name: string) => row[valueNames(titles).indexOf(name)];
  expect(value('id')).toBe('x');
  expect(value('title_sort')).toBe('amelie ii');
  expect(value('votes')).toBe(12);
  expect(value('year')).toBeNull();
  expect(value('primary_title')).toBe('\\n');
  expect(value('genres')).toBe('A\u001fB');
  expect(value('movie')).toBe('{"a":"\\\\N"}');
});

test('a row of another number of values is refused, not shifted', () => {
  expect(() => rowDecoder(titles)('a\u001eb')).toThrow('view titles: a row of 2 values');
});
