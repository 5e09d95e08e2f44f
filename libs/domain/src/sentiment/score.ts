/**
 * The sentiment of a text in English by VADER's rules (C. J. Hutto, E. E. Gilbert: VADER, A Parsimonious Rule-based Model for Sentiment Analysis of
 * Social Media Text, ICWSM 2014), equal to the reference implementation in Python (cjhutto/vaderSentiment, commit 44fc044) in every rounded digit.
 * Sums are taken in the order of the words, as doubles.
 */
import { weightedAround } from './contrast.ts';
import { roundedScaled } from './rounding.ts';
import { valenceAt } from './valence.ts';
import { withEmojiNames, type Word, wordsOf } from './words.ts';

/** Changes when `scoreSentiment` gives another result for any text: what is stored with scores has to be built anew then. */
export const SENTIMENT_VERSION = 1;

/** The sentiment of a text in exact integers. Without a word in the text all are 0; else the shares add up to 1,000 but for their rounding. */
export interface Sentiment {
  /** The whole, in ten-thousandths: −10,000 to 10,000. */
  readonly compoundE4: number;
  /** The negative share, in thousandths. */
  readonly negativeE3: number;
  /** The neutral share, in thousandths. */
  readonly neutralE3: number;
  /** The positive share, in thousandths. */
  readonly positiveE3: number;
}

export type SentimentClass = 'positive' | 'neutral' | 'negative';

const COMPOUND_DIGITS = 4;
const SHARE_DIGITS = 3;
/** Approximates the largest sum to expect; brings sums to between −1 and 1. */
const NORMALIZATION = 15;
const CLASS_THRESHOLD_E4 = 500;

const PER_EXCLAMATION_MARK = 0.292;
const MOST_EXCLAMATION_MARKS = 4;
const PER_QUESTION_MARK = 0.18;
const MOST_COUNTED_QUESTION_MARKS = 3;
const MANY_QUESTION_MARKS = 0.96;

const NOTHING: Sentiment = { compoundE4: 0, negativeE3: 0, neutralE3: 0, positiveE3: 0 };

const count = (text: string, char: string): number => {
  let found = 0;
  for (let at = text.indexOf(char); at !== -1; at = text.indexOf(char, at + 1)) found += 1;
  return found;
};

/** What exclamation and question marks add to the strength of the whole. */
const emphasis = (text: string): number => {
  const exclamation = Math.min(count(text, '!'), MOST_EXCLAMATION_MARKS) * PER_EXCLAMATION_MARK;
  const questions = count(text, '?');
  if (questions <= 1) return exclamation;
  return exclamation + (questions <= MOST_COUNTED_QUESTION_MARKS ? questions * PER_QUESTION_MARK : MANY_QUESTION_MARKS);
};

const scoresOf = (words: readonly Word[]): readonly number[] => {
  const inCapitals = words.filter((word) => word.inCapitals).length;
  const capitalsStandOut = inCapitals > 0 && inCapitals < words.length;
  const scores = words.map((_, index) => valenceAt(words, index, capitalsStandOut));
  const but = words.findIndex((word) => word.lower === 'but');
  return but === -1 ? scores : weightedAround(scores, but);
};

const compound = (scores: readonly number[], emphasized: number): number => {
  let sum = 0;
  for (const score of scores) sum += score;
  sum += Math.sign(sum) * emphasized;
  return sum / Math.sqrt(sum * sum + NORMALIZATION);
};

/** Scores a text. Pure, for any text, in time that grows with its length (n log n at most). */
export const scoreSentiment = (text: string): Sentiment => {
  const named = withEmojiNames(text);
  const scores = scoresOf(wordsOf(named));
  if (scores.length === 0) return NOTHING;
  const emphasized = emphasis(named);

  // Each word counts one besides its score, so that neutral words weigh against the others.
  let positive = 0;
  let negative = 0;
  let neutral = 0;
  for (const score of scores) {
    if (score > 0) positive += score + 1;
    else if (score < 0) negative += 1 - score;
    else neutral += 1;
  }
  if (positive > negative) positive += emphasized;
  else if (negative > positive) negative += emphasized;
  const total = positive + negative + neutral;

  return {
    compoundE4: roundedScaled(compound(scores, emphasized), COMPOUND_DIGITS),
    negativeE3: roundedScaled(negative / total, SHARE_DIGITS),
    neutralE3: roundedScaled(neutral / total, SHARE_DIGITS),
    positiveE3: roundedScaled(positive / total, SHARE_DIGITS),
  };
};

/** VADER's classes: from 0.05 on positive, down from −0.05 negative. */
export const classify = (compoundE4: number): SentimentClass => {
  if (compoundE4 >= CLASS_THRESHOLD_E4) return 'positive';
  return compoundE4 <= -CLASS_THRESHOLD_E4 ? 'negative' : 'neutral';
};
