/**
 * The words of a text, by which it is searched: the one rule for every store and layer. A text is folded; its words are the runs of letters and digits. A
 * character of the Chinese script or of hiragana is a word by itself, since these are written without spaces. Apostrophes join: `Ocean's` is `oceans`.
 *
 * Invariant: a word holds no ASCII character but `a` to `z` and `0` to `9`, so that ASCII signs can stand between words, and the words of words are themselves.
 */
import { foldText } from '../fold.ts';

/** Changes when a text gets other words, or names are written otherwise: what is stored has to be built anew then. */
export const WORDS_VERSION = 1;

const APOSTROPHES = /['`´‘’ʼ]/gu;
const WORDS = /[\p{Script=Han}\p{Script=Hiragana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}])[\p{L}\p{N}])+/gu;
/** Of a longer word, its beginning counts: indexes bound what they take. */
const MAX_WORD_CHARACTERS = 32;

const cut = (word: string): string => (word.length <= MAX_WORD_CHARACTERS ? word : Array.from(word).slice(0, MAX_WORD_CHARACTERS).join(''));

export const wordsOf = (text: string): readonly string[] => (foldText(text).replace(APOSTROPHES, '').match(WORDS) ?? []).map(cut);
