/**
 * What one word is worth among its neighbors: its entry in the lexicon, changed by up to three words before it and, for idioms, two after it.
 * The order of the steps is the reference's: each works on what the one before it left.
 */
import { WORD_VALENCES } from './lexicon.ts';
import { BOOSTERS, BOOSTING_PHRASES, CAPITALS, IDIOMS, isNegation, NEGATION, NEVER_SO } from './modifiers.ts';
import type { Word } from './words.ts';

/** How much of a degree adverb is left at a distance of one, two and three words. */
const NEARNESS = [1, 0.95, 0.9] as const;

/** The word in lower case at a distance from another; `undefined` before the first and after the last. */
type Neighbor = (distance: number) => string | undefined;

const awayFromZero = (valence: number, by: number): number => (valence > 0 ? valence + by : valence - by);

/** What the degree adverb `word` adds to `valence`. */
const boost = (word: Word, valence: number, capitalsStandOut: boolean): number => {
  const increase = BOOSTERS.get(word.lower);
  if (increase === undefined) return 0;
  const directed = valence < 0 ? -increase : increase;
  if (!word.inCapitals || !capitalsStandOut) return directed;
  return valence > 0 ? directed + CAPITALS : directed - CAPITALS;
};

/** Negation by the word `distance` places before. "never so good" is praise, "without doubt" no negation. */
const negated = (valence: number, near: Neighbor, distance: number): number => {
  const word = near(-distance);
  const soOrThis = (at: number): boolean => near(at) === 'so' || near(at) === 'this';
  if (distance === 2) {
    if (word === 'never' && soOrThis(-1)) return valence * NEVER_SO;
    if (word === 'without' && near(-1) === 'doubt') return valence;
  }
  if (distance === 3) {
    // "so" or "this" just before the word is enough here, with no "never": the reference's precedence of `and` over `or`.
    if ((word === 'never' && soOrThis(-2)) || soOrThis(-1)) return valence * NEVER_SO;
    if (word === 'without' && (near(-2) === 'doubt' || near(-1) === 'doubt')) return valence;
  }
  return word !== undefined && isNegation(word) ? valence * NEGATION : valence;
};

/** Where an idiom may lie around a word, in the order in which they are looked for. */
const BEFORE = [
  [-1, 0],
  [-2, 0],
  [-2, -1],
  [-3, -1],
  [-3, -2],
] as const;
const AFTER = [
  [0, 1],
  [0, 2],
] as const;
const ADVERBS_BEFORE = [
  [-3, -2],
  [-2, -1],
] as const;

/** The words from one distance to another, with blanks between them; never an idiom where a word is missing. */
const phrase = (near: Neighbor, [from, to]: readonly [number, number]): string => {
  let text = near(from) ?? '';
  for (let at = from + 1; at <= to; at += 1) text += ` ${near(at) ?? ''}`;
  return text;
};

const withIdioms = (valence: number, near: Neighbor): number => {
  let result = valence;
  for (const place of BEFORE) {
    const worth = IDIOMS.get(phrase(near, place));
    if (worth === undefined) continue;
    result = worth;
    break;
  }
  for (const place of AFTER) result = IDIOMS.get(phrase(near, place)) ?? result;
  for (const place of ADVERBS_BEFORE) result += BOOSTING_PHRASES.get(phrase(near, place)) ?? 0;
  return result;
};

/** "least" negates, but not "at least" and "very least". */
const withLeast = (valence: number, near: Neighbor): number =>
  near(-1) === 'least' && near(-2) !== 'at' && near(-2) !== 'very' ? valence * NEGATION : valence;

/** "no" before a word of the lexicon negates it, and is worth nothing by itself. */
const withNo = (valence: number, near: Neighbor): number => {
  const negatedByNo = near(-1) === 'no' || near(-2) === 'no' || (near(-3) === 'no' && (near(-1) === 'or' || near(-1) === 'nor'));
  if (negatedByNo) return valence * NEGATION;
  return near(0) === 'no' && WORD_VALENCES.has(near(1) ?? '') ? 0 : valence;
};

/** What the word at `index` is worth; 0 for a word that is not in the lexicon, or that only modifies others. */
export const valenceAt = (words: readonly Word[], index: number, capitalsStandOut: boolean): number => {
  const near: Neighbor = (distance) => words[index + distance]?.lower;
  const word = words[index];
  if (word === undefined || (word.lower === 'kind' && near(1) === 'of')) return 0;
  const listed = WORD_VALENCES.get(word.lower);
  if (listed === undefined) return 0;

  let valence = withNo(listed, near);
  if (word.inCapitals && capitalsStandOut) valence = awayFromZero(valence, CAPITALS);
  for (const [step, nearness] of NEARNESS.entries()) {
    const distance = step + 1;
    const before = words[index - distance];
    if (before === undefined || WORD_VALENCES.has(before.lower)) continue;
    valence += boost(before, valence, capitalsStandOut) * nearness;
    valence = negated(valence, near, distance);
    if (distance === NEARNESS.length) valence = withIdioms(valence, near);
  }
  return withLeast(valence, near);
};
