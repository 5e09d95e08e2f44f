/** What is searched for, and which words match it. */
import { typosOf } from './typos.ts';

/** The words of a question, in order. The last one may be the beginning of a word, as while somebody types. */
export interface SearchWords {
  readonly words: readonly string[];
  /** Whether words that differ by one letter match too. */
  readonly typos: boolean;
}

/** How a word matches. */
export type MatchKind = 'exact' | 'prefix' | 'typo';

/** A word of the question. */
export interface Term {
  readonly word: string;
  /** Words that begin with it match. */
  readonly isPrefix: boolean;
  /** Words that match though they are others. */
  readonly typos: ReadonlySet<string>;
}

/** One ASCII letter or digit begins too much. */
const MIN_PREFIX_BYTES = 2;

export const termsOf = ({ words, typos }: SearchWords): readonly Term[] =>
  words.map((word, at) => ({
    word,
    isPrefix: at === words.length - 1 && Buffer.byteLength(word) >= MIN_PREFIX_BYTES,
    typos: typos ? typosOf(word) : new Set(),
  }));
