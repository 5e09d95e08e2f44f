/**
 * The names by which a title is found, written as one text: of each name a sign that says what it is, then its words with a space between. Signs and spaces
 * are ASCII, so whoever indexes the text takes every run of other characters for a word.
 */
import { wordsOf } from './words.ts';

export const NAME_KINDS = ['primary', 'original', 'regional', 'director', 'cast'] as const;

export type NameKind = (typeof NAME_KINDS)[number];

const SIGNS: Readonly<Record<NameKind, string>> = { primary: '=', original: '~', regional: '@', director: '>', cast: '+' };
const KINDS: ReadonlyMap<string, NameKind> = new Map(NAME_KINDS.map((kind) => [SIGNS[kind], kind]));
const BEFORE_SIGN = /(?=[=~@>+])/u;

export interface SearchedName {
  readonly kind: NameKind;
  readonly words: readonly string[];
}

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

/** The names of a text that `namesText` has written; several such texts may stand one behind the other. */
export const readNames = (text: string): readonly SearchedName[] =>
  text === ''
    ? []
    : text.split(BEFORE_SIGN).map((name) => ({ kind: KINDS.get(name.slice(0, 1)) ?? 'primary', words: name.slice(1).split(' ') }));
