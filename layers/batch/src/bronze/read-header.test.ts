import { describe, expect, test } from 'vitest';
import { HeaderReader, parseHeader } from './read-header.ts';

const header = 'tconst\taverageRating\tnumVotes';

describe('parseHeader', () => {
  test('takes the names in the order of the file, in any order and with further ones', () => {
    expect(parseHeader('title.ratings', 'f', 'numVotes\ttconst\textra\taverageRating\r')).toEqual([
      'numVotes',
      'tconst',
      'extra',
      'averageRating',
    ]);
  });

  test.each([
    ['a missing column', 'tconst\tnumVotes', /f, line 1: the header lacks averageRating/],
    ['no header at all', 'tt0000001\t5.7\t2169', /the header lacks tconst, averageRating, numVotes/],
    ['a column named twice', `${header}\tTconst`, /a column is named twice/],
    ['a name that is none', `${header}\ta"b`, /"a\\"b" is no column name/],
    ['a name that bronze adds itself', `${header}\tline_number`, /"line_number" is no column name/],
  ])('refuses %s', (_name, line, message) => {
    expect(() => parseHeader('title.ratings', 'f', line)).toThrow(message);
  });
});

describe('HeaderReader', () => {
  test('gives the first line and what follows, however the bytes arrive', () => {
    const reader = new HeaderReader('f');
    expect(reader.push(Buffer.from('tco'))).toBeUndefined();
    const first = reader.push(Buffer.from('nst\nrest'));
    expect(first?.line).toBe('tconst');
    expect(Buffer.from(first?.rest ?? []).toString()).toBe('rest');
  });

  test('an empty file and one without lines are refused', () => {
    expect(() => new HeaderReader('f').finish()).toThrow('f is empty');
    expect(() => new HeaderReader('f').push(Buffer.alloc(70_000, 'x'))).toThrow('no header within');
  });
});
