import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { namesText, searchJudge, termsOf, wordsOf } from './index.ts';

describe('words', () => {
  test.each([
    ['The Godfather: Part II', 'the godfather part ii'],
    ['Ocean’s 11', 'oceans 11'],
    ["L'Été à Łódź", 'lete a lodz'],
    ['M*A*S*H', 'm a s h'],
    ['七人の侍', '七 人 の 侍'],
    ['シン・ゴジラ2', 'シン コシラ2'],
    ['Ещё раз', 'еще раз'],
    ['  ?!  ', ''],
    ['🎬 100%', '100'],
    ['x'.repeat(40), 'x'.repeat(32)],
  ])('%s', (text, words) => {
    expect(wordsOf(text).join(' ')).toBe(words);
  });

  test('the words of words are themselves, and hold no ASCII character but small letters and digits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const words = wordsOf(text);
        expect(wordsOf(words.join(' '))).toEqual(words);
        expect(words.filter((word) => !/^(?:[a-z0-9]|[^\u0000-\u007f])+$/u.test(word))).toEqual([]);
      }),
    );
  });
});

test('names are written each behind its sign, those that repeat left out', () => {
  const text = namesText('primary', ['Der Pate', '?', 'DER PATE!']) + namesText('cast', ['Al Pacino']);
  expect(text).toBe('=der pate+al pacino');
  expect(namesText('regional', [])).toBe('');
});

/** Optimal string alignment, by its table. */
const distance = (a: string, b: string): number => {
  const rows = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_unused, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++) {
      let least = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, at(i - 2, j - 2) + 1);
      const row = rows[i];
      if (row !== undefined) row[j] = least;
    }
  return at(a.length, b.length);
};

describe('typos', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), minLength: 3, maxLength: 7 });

  test('are the words at distance 1 of the same alphabet, for words of four letters or more', () => {
    fc.assert(
      fc.property(letters, letters, (word, other) => {
        const [term] = termsOf({ words: [word], typos: true });
        expect(term?.typos.has(other)).toBe(word.length >= 4 && distance(word, other) === 1);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each(['abc', '2001', 'abc4', 'гоdf', '七人の侍', 'シンコシラ'])('%s has none', (word) => {
    expect(termsOf({ words: [word], typos: true })[0]?.typos.size).toBe(0);
  });

  test('so many, and none if not asked for', () => {
    for (const word of ['godfather', 'москва', 'θεσσαλονικη'])
      expect(termsOf({ words: [word], typos: true })[0]?.typos.size).toBeLessThanOrEqual(64 * word.length + 31);
    expect(termsOf({ words: ['godfather'], typos: false })[0]?.typos.size).toBe(0);
  });
});

describe('the score', () => {
  const score = (question: string, names: string) => searchJudge({ words: wordsOf(question), typos: true }).score(names);

  // Worked by hand from the formula in `score.ts`.
  test.each([
    ['iron', '=iron', 300],
    ['iron', '=the iron tide', 100 + 83],
    ['iron tide', '=the iron tide', 100 + 116],
    ['tide iron', '=the iron tide', 100 + 66],
    ['iron', '=irons in the fire', 70 + 73],
    ['irno', '=iron', 40 + 72],
    ['iron', '@iron', 70 + 140],
    ['iron brook', '=iron>ada brook', 80],
    ['iron iron', '=iron', 100 + 100],
    ['iron', '=ore+iron', 50 + 100],
    ['iron steel', '=iron', undefined],
    ['iron', '', undefined],
  ])('%s in %s', (question, names, expected) => {
    expect(score(question, names)).toBe(expected);
  });

  test('what matches: in the name that has all words best, otherwise in the best of each', () => {
    const matches = (question: string, names: string) => searchJudge({ words: wordsOf(question), typos: true }).matches(names);
    expect(matches('irno ad', '=the iron tide@der iron>ada brook')).toEqual([
      { word: 'irno', how: 'typo', found: 'iron', kind: 'primary', name: 'the iron tide' },
      { word: 'ad', how: 'prefix', found: 'ada', kind: 'director', name: 'ada brook' },
    ]);
    expect(matches('iron tide', '=iron@tide of iron')).toEqual([
      { word: 'iron', how: 'exact', found: 'iron', kind: 'regional', name: 'tide of iron' },
      { word: 'tide', how: 'exact', found: 'tide', kind: 'regional', name: 'tide of iron' },
    ]);
    expect(matches('iron', '=steel')).toEqual([]);
  });

  test('is a whole number from 0 to 300, and no name more makes it less', () => {
    const word = fc.constantFrom('iron', 'irons', 'tide', 'the', 'ada');
    const words = fc.array(word, { minLength: 1, maxLength: 4 });
    const names = fc.array(fc.tuple(fc.constantFrom('primary', 'regional', 'cast'), words), { maxLength: 4 });
    fc.assert(
      fc.property(words, names, (question, given) => {
        const judge = searchJudge({ words: question, typos: true });
        let best = -1;
        let text = '';
        for (const [kind, name] of given) {
          text += namesText(kind, [name.join(' ')]);
          const found = judge.score(text) ?? -1;
          expect(found).toBeGreaterThanOrEqual(best);
          expect(found).toBeLessThanOrEqual(300);
          best = found;
        }
        expect(Number.isSafeInteger(best)).toBe(true);
      }),
    );
  });
});
