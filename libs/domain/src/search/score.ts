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
import { isBetweenWords, kindOf, type NameKind } from './names.ts';
import { type MatchKind, type SearchWords, type Term, termsOf } from './terms.ts';

const QUALITY: Readonly<Record<MatchKind, number>> = { exact: 10, prefix: 7, typo: 4 };
const HOW: ReadonlyMap<number, MatchKind> = new Map([
  [QUALITY.exact, 'exact'],
  [QUALITY.prefix, 'prefix'],
  [QUALITY.typo, 'typo'],
]);
const WEIGHT: Readonly<Record<NameKind, number>> = { primary: 10, original: 9, regional: 7, director: 6, cast: 5 };

/** Where a word of the question matches best. */
export interface WordMatch {
  /** The word of the question. */
  readonly word: string;
  readonly how: MatchKind;
  /** The word that matches. */
  readonly found: string;
  /** The name that has it: what it is, and its words with a space between. */
  readonly kind: NameKind;
  readonly name: string;
}

/** Judges titles by their names, as `namesText` writes them. */
export interface SearchJudge {
  /** `undefined`: the title does not match. */
  score(names: string): number | undefined;
  /** Of each word of the question, in order: in the one name that has all words best, otherwise in the best name of each. None for a title that does not match. */
  matches(names: string): readonly WordMatch[];
}

/** The quality of the match of the word from `start` to `end`; 0: none. */
const qualityOf = ({ word, isPrefix, typos }: Term, text: string, start: number, end: number): number => {
  const more = end - start - word.length;
  if (more >= 0 && text.startsWith(word, start)) {
    if (more === 0) return QUALITY.exact;
    if (isPrefix) return QUALITY.prefix;
  }
  return more >= -1 && more <= 1 && typos.size > 0 && typos.has(text.slice(start, end)) ? QUALITY.typo : 0;
};

/** A word that matches, and the name that it stands in, by their places in the text. */
interface Place {
  quality: number;
  start: number;
  end: number;
  name: number;
}

const NOWHERE: Place = { quality: 0, start: 0, end: 0, name: 0 };

/** Makes the judge of a question. Many titles are judged for one answer, so a text is passed once, and nothing is made of it that is not asked for. */
export const searchJudge = (question: SearchWords): SearchJudge => {
  const terms = termsOf(question);
  const n = terms.length;
  /** Of each term, where it matches best: in the name that is looked at, in any, and in the best name that has all. */
  const [inName, inAny, inBest] = [terms.map(() => ({ ...NOWHERE })), terms.map(() => ({ ...NOWHERE })), terms.map(() => ({ ...NOWHERE }))];
  /** Of each word of the name that is looked at, the quality of its match with each term. */
  let qualities: number[] = [];

  const isAt = (word: number, least: number): boolean => {
    for (let term = 0; term < n; term++) if ((qualities[(word + term) * n + term] ?? 0) < least) return false;
    return true;
  };

  const together = (weight: number, words: number): number => {
    let [sum, place] = [0, -1];
    for (const { quality } of inName) sum += quality;
    for (let word = 0; word + n <= words && place < 0; word++) if (isAt(word, 1)) place = word;
    const isWhole = place === 0 && words === n && isAt(0, QUALITY.exact);
    const extra = (place < 0 ? 0 : 5) + (place === 0 ? 3 : 0) + (isWhole ? 2 : 0);
    return Math.floor((weight * (10 * Math.min(n, words) + words * extra) * sum) / (10 * n * words));
  };

  /** Looks at the words of the name that begins at `name`. @returns their number, and where the name ends. */
  const readName = (text: string, name: number): readonly [words: number, end: number] => {
    qualities = [];
    for (const best of inName) best.quality = 0;
    let words = 0;
    for (let start = name + 1; ; words++) {
      let end = start;
      while (end < text.length && !isBetweenWords(text.charCodeAt(end))) end++;
      for (let at = 0; at < n; at++) {
        const [term, best] = [terms[at], inName[at]];
        if (term === undefined || best === undefined) continue;
        const quality = qualityOf(term, text, start, end);
        qualities.push(quality);
        if (quality > best.quality) Object.assign(best, { quality, start, end, name });
      }
      if (text[end] !== ' ') return [words + 1, end];
      start = end + 1;
    }
  };

  const scan = (text: string): { readonly score: number; readonly hasOneName: boolean } | undefined => {
    for (const best of inAny) best.quality = 0;
    const points: number[] = terms.map(() => 0);
    let bestTogether = -1;
    for (let name = 0; name < text.length;) {
      const weight = WEIGHT[kindOf(text, name)];
      const [words, end] = readName(text, name);
      let isAll = true;
      for (const [at, best] of inName.entries()) {
        if (best.quality === 0) isAll = false;
        else if (best.quality * weight > (points[at] ?? 0)) {
          points[at] = best.quality * weight;
          Object.assign(inAny[at] ?? {}, best);
        }
      }
      const inThis = isAll ? together(weight, words) : -1;
      if (inThis > bestTogether) {
        bestTogether = inThis;
        for (const [at, best] of inName.entries()) Object.assign(inBest[at] ?? {}, best);
      }
      name = end;
    }
    if (points.includes(0)) return undefined;
    const sum = points.reduce((all, one) => all + one, 0);
    return { score: Math.floor(sum / n) + Math.max(0, bestTogether), hasOneName: bestTogether >= 0 };
  };

  return {
    score: (names) => scan(names)?.score,
    matches(names) {
      const found = scan(names);
      if (found === undefined) return [];
      return (found.hasOneName ? inBest : inAny).map(({ quality, start, end, name }, at) => {
        let nameEnd = end;
        while (nameEnd < names.length && (names[nameEnd] === ' ' || !isBetweenWords(names.charCodeAt(nameEnd)))) nameEnd++;
        return {
          word: terms[at]?.word ?? '',
          how: HOW.get(quality) ?? 'exact',
          found: names.slice(start, end),
          kind: kindOf(names, name),
          name: names.slice(name + 1, nameEnd),
        };
      });
    },
  };
};
