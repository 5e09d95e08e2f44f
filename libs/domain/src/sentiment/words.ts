/**
 * A text's words as the reference sees them. It is written in Python, so white space, punctuation, capitals and lengths are Python's: of code points,
 * not of UTF-16 units.
 */
import { EMOJI_NAMES } from './lexicon.ts';

export interface Word {
  /** In lower case, which is how words are looked up. */
  readonly lower: string;
  /** In capitals, as Python's `str.isupper` has it: at least one cased letter, and none of another case. */
  readonly inCapitals: boolean;
}

// `str.split`: unlike \s with the separators U+001C to U+001F and U+0085, and without U+FEFF.
const WHITE_SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;
// `string.punctuation`
const PUNCTUATION: ReadonlySet<string> = new Set('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~');
const EMOTICON_CODE_POINTS = 2;

const UPPER_CASE = /\p{Uppercase}/u;
const OTHER_CASE = /[\p{Lowercase}\p{Lt}]/u;

/** The text with a name for each emoji, set off by a blank from what precedes it but not from what follows. */
export const withEmojiNames = (text: string): string =>
  text.replace(/[^\0-\x7f]/gu, (char, at: number) => {
    const name = EMOJI_NAMES.get(char);
    if (name === undefined) return char;
    return at === 0 || text[at - 1] === ' ' ? name : ` ${name}`;
  });

/** Without the punctuation around it, unless next to nothing is left: then it is an emoticon. */
const stripped = (token: string): string => {
  let start = 0;
  let end = token.length;
  while (start < end && PUNCTUATION.has(token.charAt(start))) start += 1;
  while (end > start && PUNCTUATION.has(token.charAt(end - 1))) end -= 1;
  const inner = token.slice(start, end);
  return inner.length <= 2 * EMOTICON_CODE_POINTS && Array.from(inner).length <= EMOTICON_CODE_POINTS ? token : inner;
};

/** The words of a text whose emoji are named already, in their order. */
export const wordsOf = (text: string): readonly Word[] =>
  text
    .split(WHITE_SPACE)
    .filter((token) => token !== '')
    .map((token) => {
      const word = stripped(token);
      return { lower: word.toLowerCase(), inCapitals: UPPER_CASE.test(word) && !OTHER_CASE.test(word) };
    });
