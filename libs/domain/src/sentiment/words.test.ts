/** Python's view of a text. Expected values are Python's own. */
import { expect, test } from 'vitest';

import { withEmojiNames, wordsOf } from './words.ts';

const lower = (text: string): readonly string[] => wordsOf(text).map((word) => word.lower);

test.each([
  ['white space at the ends', ' a  b\n', ['a', 'b']],
  ['separators that only Python has', 'a\u001cb\u001fc\u0085d', ['a', 'b', 'c', 'd']],
  ['blanks of all kinds', 'a\u00a0b\u1680c\u2003d\u2028e\u202ff\u205fg\u3000h', ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']],
  ['what is no white space', 'a\ufeffb\u200bc\u180ed', ['a\ufeffb\u200bc\u180ed']],
  ['punctuation around words', '"(Good)", it\'s... [fine]', ['good', "it's", 'fine']],
  ['punctuation that is not ASCII', '“good” —fine…', ['“good”', '—fine…']],
  ['what is too short without it', ':) :-D (a) "ok" !!! a.b.', [':)', ':-d', '(a)', '"ok"', '!!!', 'a.b']],
  ['lengths in code points', '"😀b" "😀bc"', ['"😀b"', '😀bc']],
])('%s', (_, text, words) => {
  expect(lower(text)).toEqual(words);
});

test.each([
  ['GOOD', true],
  ['Good', false],
  ['10', false],
  ['A1!B', true],
  ['ÉTÉ', true],
  ['Été', false],
  ['Ⅷ', true],
  ['AⅧª', false],
  ['ǅABC', false],
  ['𐐀𐐀', true],
  ['日本', false],
  ['日本A', true],
])('%j in capitals: %s', (text, inCapitals) => {
  expect(wordsOf(text)).toMatchObject([{ inCapitals }]);
});

test.each([
  ['😀', 'grinning face'],
  ['a😀b', 'a grinning faceb'],
  ['a 😀 b', 'a grinning face b'],
  ['a\t😀', 'a\t grinning face'],
  ['😀😀', 'grinning face grinning face'],
  ['❤️', 'red heart\ufe0f'],
  ['👍🏽', 'thumbs up medium skin tone'],
  ['👭', 'two women holding hands'],
  ['🤎 is of Emoji 12', '🤎 is of Emoji 12'],
  ['é\ud83d', 'é\ud83d'],
])('%j reads %j', (text, named) => {
  expect(withEmojiNames(text)).toBe(named);
});
