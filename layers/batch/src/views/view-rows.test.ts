import { MERGED_COLUMNS, statistics, titles } from '@rushes/views';
import { expect, test } from 'vitest';
import { rowDecoder } from './view-rows.ts';

const encode = (values: Readonly<Record<string, string>>): string =>
  Object.keys(MERGED_COLUMNS)
    .map((name) => values[name] ?? '\u001f')
    .join('\u001e');

test('values come typed, and the row is made of them', () => {
  const row = rowDecoder(titles)(
    encode({
      id: 'x',
      type: 'tvSeries',
      is_adult: 'true',
      title: 'Amélie \\N',
      votes: '12',
      genres: 'A\u001fB',
      director_count: '0',
      writer_count: '2',
    }),
  );
  const names = [titles.layout.key, ...Object.keys(titles.layout.columns), ...titles.layout.documents];
  expect(row).toHaveLength(names.length);
  const value = (name: string) => row[names.indexOf(name)];
  expect(value('id')).toBe('x');
  expect(value('kind')).toBe('!tvseries');
  expect(value('title_sort')).toBe('amelie \\n');
  expect(value('votes')).toBe(12);
  expect(value('year')).toBeNull();
  expect(value('genre_keys')).toBe('a\u001fb');
  expect(value('genre_count')).toBe(2);
  expect(value('live')).toBeNull();
});

test('a view whose model yields its own values takes them as they are', () => {
  expect(rowDecoder(statistics)('total_votes\u001e7\u001e{"a":"\\\\N"}')).toEqual(['total_votes', 7, '{"a":"\\\\N"}']);
});

test('a row of another number of values is refused, not shifted', () => {
  expect(() => rowDecoder(titles)('a\u001eb')).toThrow('view titles: a row of 2 values');
});
