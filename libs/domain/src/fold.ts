/** Changes when `foldText` or `sortKey` gives another result for any text: what is stored folded has to be built anew then. */
export const FOLD_VERSION = 2;

/**
 * Letters that Unicode takes for letters of their own, without a decomposition, though people who cannot type them write these instead. Small
 * ones: they are looked for after the case is folded.
 */
const BASE_LETTERS: Readonly<Record<string, string>> = {
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ð: 'd',
  đ: 'd',
  þ: 'th',
  ħ: 'h',
  ł: 'l',
  ŧ: 't',
  ŋ: 'n',
  ƀ: 'b',
  ɖ: 'd',
  ǥ: 'g',
  ɨ: 'i',
  ʉ: 'u',
  ɵ: 'o',
  ƶ: 'z',
  ⱥ: 'a',
  ȼ: 'c',
  ɇ: 'e',
  ɉ: 'j',
  ɍ: 'r',
  ⱦ: 't',
  ɏ: 'y',
  // What is left of the Turkish I after its dot, and the Greek sigma, which has a form of its own at the end of a word.
  ı: 'i',
  ς: 'σ',
};

const ASCII = /^[\0-\x7f]*$/;
const MARKS = /\p{M}+/gu;
const OWN_LETTERS = new RegExp(`[${Object.keys(BASE_LETTERS).join('')}]`, 'gu');

/**
 * Unicode's full case folding, made of the case mappings that the language has: small, capital and small again brings all forms of a letter
 * together (`ẞ` → `ß` → `SS` → `ss`; `ﬁ` → `FI` → `fi`), but for the sigma.
 */
const foldCase = (text: string): string => text.toLowerCase().toUpperCase().toLowerCase();

/**
 * The folded form by which texts are sorted, searched and compared: case folded, without diacritics, letters with strokes and ligatures as their base
 * letters. Compared as UTF-8 bytes (which is the order of code points). The one implementation for every layer. Folding twice changes nothing, and a
 * set's members are folded each by itself when the whole set is.
 */
export const foldText = (text: string): string =>
  ASCII.test(text)
    ? text.toLowerCase()
    : foldCase(text)
        .normalize('NFD')
        .replace(MARKS, '')
        .replace(OWN_LETTERS, (letter) => BASE_LETTERS[letter] ?? letter)
        .normalize('NFC');

const SORT_KEY_BYTES = 200;

/**
 * What a text is sorted by: as many of the first characters of its folded form as fit into 200 bytes of UTF-8. So the place of a row in a list, which
 * a cursor holds, is short whatever the text; texts that begin alike beyond that are equal.
 */
export const sortKey = (text: string): string => {
  const folded = foldText(text);
  // A code unit takes at most three bytes.
  if (folded.length * 3 <= SORT_KEY_BYTES) return folded;
  let [bytes, end] = [0, 0];
  for (const character of folded) {
    bytes += Buffer.byteLength(character);
    if (bytes > SORT_KEY_BYTES) return folded.slice(0, end);
    end += character.length;
  }
  return folded;
};
