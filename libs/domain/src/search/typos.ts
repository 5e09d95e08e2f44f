/**
 * The words that a word may have been meant for: those that one letter too many, too few or wrong, or two neighbors in the wrong order, make of it
 * (optimal string alignment, distance 1; Damerau, "A technique for computer detection and correction of spelling errors", 1964).
 *
 * All of them are listed, whether anything has them or not. So what counts as a typo depends on the word alone, and an index is asked for words and nothing
 * else. That bounds letters to an alphabet: words of other scripts, with digits, or of mixed scripts are taken as they are.
 */

/** In shorter words, one letter more or less is nearly always another word. */
const MIN_LETTERS = 4;

/** As they are after folding. */
const ALPHABETS: readonly { readonly only: RegExp; readonly letters: readonly string[] }[] = [
  { only: /^[a-z]+$/u, letters: Array.from('abcdefghijklmnopqrstuvwxyz') },
  { only: /^[α-ω]+$/u, letters: Array.from('αβγδεζηθικλμνξοπρστυφχψω') },
  { only: /^[а-я]+$/u, letters: Array.from('абвгдежзиклмнопрстуфхцчшщъыьэюя') },
];

/** Without the word itself. At most 64 for each of its letters, and 31 more. */
export const typosOf = (word: string): ReadonlySet<string> => {
  const letters = word.length < MIN_LETTERS ? undefined : ALPHABETS.find(({ only }) => only.test(word))?.letters;
  const typos = new Set<string>();
  if (letters === undefined) return typos;
  for (let at = 0; at <= word.length; at++) {
    const [before, behind] = [word.slice(0, at), word.slice(at)];
    for (const letter of letters) {
      typos.add(before + letter + behind);
      if (behind !== '') typos.add(before + letter + behind.slice(1));
    }
    if (behind !== '') typos.add(before + behind.slice(1));
    if (behind.length > 1) typos.add(before + behind.charAt(1) + behind.charAt(0) + behind.slice(2));
  }
  typos.delete(word);
  return typos;
};
