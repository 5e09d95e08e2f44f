/**
 * VADER's two tables: what a word is worth, and what an emoji is called. They come from packages that carry them as data; where a package has an
 * older or a newer edition than the reference, the differences stand here. The golden test would show any other.
 */
// @ts-expect-error the package has no types
import { lexicon } from 'vader-sentiment/src/vader_lexicon.js';
import emoji from 'emoji.json/emoji.json' with { type: 'json' };

/** The package carries the lexicon of 2018; the reference has added three words since and rated one anew (vader_lexicon.txt, commit 44fc044). */
const WORDS_SINCE: Readonly<Record<string, number>> = { badass: 1.4, flawed: -2.1, heart: 3.2, hearts: 3.3 };

/** The reference has the names of Emoji 11.0 in an earlier state than the package, which also leaves the skin tones out (emoji_utf8_lexicon.txt). */
const FIRST_PUBLISHED_NAMES: Readonly<Record<string, string>> = {
  '🏻': 'light skin tone',
  '🏼': 'medium-light skin tone',
  '🏽': 'medium skin tone',
  '🏾': 'medium-dark skin tone',
  '🏿': 'dark skin tone',
  '🧑': 'adult',
  '🧓': 'older adult',
  '🧔': 'bearded person',
  '👱': 'blond-haired person',
  '👫': 'man and woman holding hands',
  '👬': 'two men holding hands',
  '👭': 'two women holding hands',
  '🦰': 'red-haired',
  '🦱': 'curly-haired',
  '🦳': 'white-haired',
  '🎒': 'school backpack',
  '🥿': 'woman’s flat shoe',
  '🧱': 'bricks',
};

const isOneCodePoint = (text: string): boolean => String.fromCodePoint(text.codePointAt(0) ?? 0) === text;

/** What words and emoticons are worth, −4 to 4, by their form in lower case. */
export const WORD_VALENCES: ReadonlyMap<string, number> = new Map<string, number>([
  // as: the package's one literal of numbers
  ...Object.entries(lexicon as Readonly<Record<string, number>>),
  ...Object.entries(WORDS_SINCE),
]);

/** The names of emoji. The reference looks at one code point at a time, so those of several have none. */
export const EMOJI_NAMES: ReadonlyMap<string, string> = new Map<string, string>([
  ...emoji.filter(({ char }) => isOneCodePoint(char)).map(({ char, name }): [string, string] => [char, name]),
  ...Object.entries(FIRST_PUBLISHED_NAMES),
]);
