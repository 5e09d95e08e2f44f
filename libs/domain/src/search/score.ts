/**
 * How well a title answers a question: a function of the question's words and the title's names, and of nothing else. So it is the same in every store, and
 * neither a rating nor another title moves it.
 *
 * Each word of the question has to match a word of some name. A match is worth its quality (exact 10, beginning 7, typo 4) times the weight of the name
 * (primary title 10, original 9, regional 7, director 6, cast 5). With n words in the question,
 *
 *   score = ⌊Σ best match of each word / n⌋ + max over names N that all words match in of ⌊weight × (10·min(n,m)/m + 5a + 3b + 2c) × Σ quality in N / (10·n)⌋
 *
 * where m is the number of N's words, and a, b, c are 1 if the words stand side by side in order, if N begins with them so, and if N is nothing but them,
 * letter for letter; otherwise 0. The best score is 300. All terms of the sum are whole numbers until they are rounded down once.
 */
import { type NameKind, readNames, type SearchedName } from './names.ts';
import { type MatchKind, matchOf, type SearchWords, type Term, termsOf } from './terms.ts';

const QUALITY: Readonly<Record<MatchKind, number>> = { exact: 10, prefix: 7, typo: 4 };
const WEIGHT: Readonly<Record<NameKind, number>> = { primary: 10, original: 9, regional: 7, director: 6, cast: 5 };

/** Where a word of the question matches best. */
export interface WordMatch {
  /** The word of the question. */
  readonly word: string;
  readonly how: MatchKind;
  /** The word that matches. */
  readonly found: string;
  readonly name: SearchedName;
}

export interface Found {
  readonly score: number;
  /** Of each word of the question, in order. */
  readonly matches: readonly WordMatch[];
}

interface BestInName {
  readonly how: MatchKind;
  readonly found: string;
}

const bestIn = (term: Term, words: readonly string[]): BestInName | undefined => {
  let best: BestInName | undefined;
  for (const found of words) {
    const how = matchOf(term, found);
    if (how === 'exact') return { how, found };
    if (how !== undefined && (best === undefined || QUALITY[how] > QUALITY[best.how])) best = { how, found };
  }
  return best;
};

/** The first place at which the terms match the words side by side, in order; -1: there is none. */
const placeOf = (terms: readonly Term[], words: readonly string[]): number => {
  for (let at = 0; at + terms.length <= words.length; at++)
    if (terms.every((term, n) => matchOf(term, words[at + n] ?? '') !== undefined)) return at;
  return -1;
};

const togetherIn = (terms: readonly Term[], { kind, words }: SearchedName, quality: number): number => {
  const [n, m] = [terms.length, words.length];
  const place = placeOf(terms, words);
  const isWhole = place === 0 && m === n && terms.every(({ word }, at) => word === words[at]);
  const extra = (place < 0 ? 0 : 5) + (place === 0 ? 3 : 0) + (isWhole ? 2 : 0);
  return Math.floor((WEIGHT[kind] * (10 * Math.min(n, m) + m * extra) * quality) / (10 * n * m));
};

/** Makes the judge of a question. It takes a title's names as `namesText` writes them; `undefined`: the title does not match. */
export const searchJudge = (question: SearchWords): ((names: string) => Found | undefined) => {
  const terms = termsOf(question);
  return (text) => {
    const names = readNames(text);
    const points: number[] = terms.map(() => 0);
    const matches: (WordMatch | undefined)[] = terms.map(() => undefined);
    let [together, togetherMatches]: [number, readonly WordMatch[] | undefined] = [0, undefined];
    for (const name of names) {
      const inName: WordMatch[] = [];
      let quality = 0;
      for (const [n, term] of terms.entries()) {
        const best = bestIn(term, name.words);
        if (best === undefined) continue;
        const match = { word: term.word, ...best, name };
        inName.push(match);
        quality += QUALITY[best.how];
        const worth = QUALITY[best.how] * WEIGHT[name.kind];
        if (worth > (points[n] ?? 0)) [points[n], matches[n]] = [worth, match];
      }
      if (inName.length < terms.length) continue;
      const inThis = togetherIn(terms, name, quality);
      if (togetherMatches === undefined || inThis > together) [together, togetherMatches] = [inThis, inName];
    }
    const base: WordMatch[] = [];
    for (const match of matches) {
      if (match === undefined) return undefined;
      base.push(match);
    }
    const sum = points.reduce((all, one) => all + one, 0);
    return { score: Math.floor(sum / terms.length) + together, matches: togetherMatches ?? base };
  };
};
