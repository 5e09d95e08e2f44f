/**
 * The names by which a title is found, written as one text: of each name a sign that says what it is, then its words with a space between. Signs and spaces
 * are ASCII, so whoever indexes the text takes every run of other characters for a word.
 */
import { wordsOf } from './words.ts';

const NAME_KINDS = ['primary', 'original', 'regional', 'director', 'cast'] as const;

export type NameKind = (typeof NAME_KINDS)[number];

const SIGNS: Readonly<Record<NameKind, string>> = { primary: '=', original: '~', regional: '@', director: '>', cast: '+' };
const KINDS: ReadonlyMap<string, NameKind> = new Map(NAME_KINDS.map((kind) => [SIGNS[kind], kind]));

/** Names of one kind as a text; those without words, and those that repeat the words of an earlier one, are left out. @param seen texts of words that are in already; added to. */
export const namesText = (kind: NameKind, names: readonly string[], seen: Set<string> = new Set()): string => {
  let text = '';
  for (const name of names) {
    const words = wordsOf(name).join(' ');
    if (words === '' || seen.has(words)) continue;
    seen.add(words);
    text += SIGNS[kind] + words;
  }
  return text;
};

/** What the name is whose sign stands at a place. */
export const kindOf = (text: string, at: number): NameKind => KINDS.get(text.charAt(at)) ?? 'primary';

const BETWEEN_WORDS = new Set(Array.from(` ${Object.values(SIGNS).join('')}`, (sign) => sign.charCodeAt(0)));

/** Whether a word ends before this character. @param code of a text that `namesText` has written. */
export const isBetweenWords = (code: number): boolean => code < 128 && BETWEEN_WORDS.has(code);
