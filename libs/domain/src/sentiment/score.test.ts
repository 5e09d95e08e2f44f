/** VADER's rules, one by one. What the words of a text add up to follows from the lexicon and the model's constants by hand. */
import { someOf } from '@rushes/ports/contracts/depth';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { classify, scoreSentiment } from './index.ts';

// From the lexicon: good 1.9, bad −2.5, no −1.2; "x", "y" and "film" are not in it.
const BOOST = 0.293;
const CAPITALS = 0.733;
const NOT = -0.74;

const compoundE4 = (sum: number): number => Math.round((sum / Math.sqrt(sum * sum + 15)) * 1e4);

const RULES: Readonly<Record<string, readonly (readonly [text: string, sum: number])[]>> = {
  'words of the lexicon': [
    ['', 0],
    ['film', 0],
    ['good', 1.9],
    ['good bad', -0.6],
    ['(good), "bad".', -0.6],
    ['badass', 1.4],
    ['flawed', -2.1],
    ['hearts', 3.3],
  ],
  emoticons: [
    [':)', 2],
    ['x :)', 2],
    [':)x', 0],
  ],
  'degree adverbs': [
    ['very good', 1.9 + BOOST],
    ['very bad', -2.5 - BOOST],
    ['hardly good', 1.9 - BOOST],
    ['hardly bad', -2.5 + BOOST],
    ['very x good', 1.9 + BOOST * 0.95],
    ['very x y good', 1.9 + BOOST * 0.9],
    ['very x y film good', 1.9],
    ['really very good', 1.9 + BOOST + BOOST * 0.95],
    ['incredible', 0],
  ],
  'degree adverbs of two words, seen with three words before': [
    ['sort of x good', 1.9 - BOOST],
    ['x sort of good', 1.9 - BOOST],
    ['x just enough bad', -2.5 - BOOST],
    ['x kind of good', 1.9 - BOOST],
    ['sort of good', 1.9],
    ['kind of good', 1.9],
    ['kind x', 2.4],
  ],
  negation: [
    ['not good', 1.9 * NOT],
    ['not x good', 1.9 * NOT],
    ['not x y good', 1.9 * NOT],
    ['not x y film good', 1.9],
    ["isn't good", 1.9 * NOT],
    ['isnt bad', -2.5 * NOT],
    ["xn'tx good", 1.9 * NOT],
    ['not not good', 1.9 * NOT * NOT],
    ['not very good', (1.9 + BOOST) * NOT],
  ],
  '"never so", "without doubt"': [
    ['never so good', (1.9 + BOOST) * 1.25],
    ['never this good', 1.9 * 1.25],
    ['never so x good', (1.9 + BOOST * 0.95) * 1.25],
    ['never x this good', 1.9 * 1.25],
    ['x y this good', 1.9 * 1.25],
    ['x this good', 1.9],
    ['good x this good', 1.9 + 1.9],
    ['without doubt good', -1.5 * NOT + 1.9],
    ['without doubt x good', -1.5 * NOT + 1.9],
    ['without x doubt good', -1.5 * NOT + 1.9],
    ['without x good', 1.9 * NOT],
  ],
  '"no"': [
    ['no film', -1.2],
    ['no good', 1.9 * NOT],
    ['no x good', -1.2 + 1.9 * NOT],
    ['no x or good', -1.2 + 1.9 * NOT],
    ['no x nor good', -1.2 + 1.9 * NOT * NOT],
    ['no x y good', -1.2 + 1.9],
  ],
  '"least"': [
    ['least good', 1.9 * NOT],
    ['x least good', 1.9 * NOT],
    ['at least good', 1.9],
    ['very least good', 1.9 + BOOST * 0.95],
  ],
  '"but"': [
    ['good but bad', 1.9 * 0.5 - 2.5 * 1.5],
    ['good BUT bad but good', 1.9 * 0.5 - 2.5 * 1.5 + 1.9 * 1.5],
    ['good good but', 1.9],
    ['but good', 1.9 * 1.5],
    ['outstanding but agree', 3 * 0.5 * 0.5 + 1.5],
  ],
  capitals: [
    ['GOOD film', 1.9 + CAPITALS],
    ['BAD film', -2.5 - CAPITALS],
    ['GOOD FILM', 1.9],
    ['Good film', 1.9],
    ['VERY good', 1.9 + BOOST + CAPITALS],
    ['very good FILM', 1.9 + BOOST],
    ['VERY bad', -2.5 - BOOST - CAPITALS],
    ['VERY GOOD', 1.9 + BOOST],
    ['GOOD 10', 1.9 + CAPITALS],
  ],
  'exclamation and question marks': [
    ['good!', 1.9 + 0.292],
    ['!bad!', -2.5 - 2 * 0.292],
    ['good!!!!', 1.9 + 4 * 0.292],
    ['good!!!!!!!', 1.9 + 4 * 0.292],
    ['good?', 1.9],
    ['good??', 1.9 + 2 * 0.18],
    ['good? bad? x?', -0.6 - 3 * 0.18],
    ['good????', 1.9 + 0.96],
    ['bad?!?', -2.5 - 0.292 - 2 * 0.18],
    ['film!!!', 0],
  ],
  'idioms, seen with three words before': [
    ['x y the bomb', 3],
    ['the bomb', -2.2],
    ['x y film yeah right', -2],
    ['x y film bus stop', 0],
    ['x y film bad ass', 1.5 + 1.5],
    ['x y film kiss of death', -1.5 - 1.5],
    ['to die for good', -2.9 + 3],
    ['the bomb x good', -2.2 + 3],
    ['the bomb bad ass', -2.2 - 2.5 + 1.5],
    ['good x the bomb', 1.9 - 2.2],
    ['x the bomb good', -2.2 + 3],
    ['x y broken heart', -2.1 - 2.9],
  ],
  emoji: [
    ['😀', 1.5],
    ['x😀', 1.5],
    ['💔', -2.1 + 3.2],
    ['x y 💔', -2.1 - 2.9],
    ['❤', 3.2],
    // U+FE0F, which has no name, stays on the last word.
    ['❤️', 0],
    ['😂!', -0.9 + 2.8 + 0.292],
    ['1️⃣', 0],
  ],
};

describe.each(Object.entries(RULES))('%s', (_, texts) => {
  test.each(texts)('%j comes to %f', (text, sum) => {
    expect(scoreSentiment(text).compoundE4).toBe(compoundE4(sum));
  });
});

describe('shares', () => {
  const sharesE3 = ([negative, neutral, positive]: readonly [number, number, number]): object => {
    const inThousandths = (part: number): number => Math.round((part / (negative + neutral + positive)) * 1000);
    return { negativeE3: inThousandths(negative), neutralE3: inThousandths(neutral), positiveE3: inThousandths(positive) };
  };

  test.each([
    ['film', [0, 1, 0]],
    ['good film', [0, 1, 2.9]],
    ['bad film', [3.5, 1, 0]],
    ['good bad x', [3.5, 1, 2.9]],
    ['good bad x!', [3.5 + 0.292, 1, 2.9]],
    ['good good bad??', [3.5, 0, 2 * 2.9 + 0.36]],
    ['film!!', [0, 1, 0]],
    ['😀 film', [0, 2, 2.5]],
    ['😀film', [0, 1, 2.5]],
    ['good 👭', [0, 4, 2.9]],
    ['good 🏽', [0, 3, 2.9]],
  ] as const)('of %j are in the proportion of %j', (text, parts) => {
    expect(scoreSentiment(text)).toMatchObject(sharesE3(parts));
  });

  test('a tie goes to the even digit: one part of 16 is 62 thousandths', () => {
    expect(scoreSentiment(`:) ${'x '.repeat(45)}`)).toMatchObject({ negativeE3: 0, neutralE3: 938, positiveE3: 62 });
  });

  test.each(['', ' ', '\u0085\n'])('of %j, which has no words, are all 0', (text) => {
    expect(scoreSentiment(text)).toEqual({ compoundE4: 0, negativeE3: 0, neutralE3: 0, positiveE3: 0 });
  });
});

test.each([
  [10_000, 'positive'],
  [500, 'positive'],
  [499, 'neutral'],
  [0, 'neutral'],
  [-499, 'neutral'],
  [-500, 'negative'],
  [-10_000, 'negative'],
])('%i ten-thousandths are %s', (score, expected) => {
  expect(classify(score)).toBe(expected);
});

describe('any text', () => {
  const vocabulary = [
    ...Object.values(RULES).flatMap((texts) => texts.map(([text]) => text)),
    'but',
    'BUT',
    'no',
    'never',
    '!',
    '?',
    '\ud800',
  ];
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
    fc.array(fc.constantFrom(...vocabulary)).map((parts) => parts.join(' ')),
  );

  test('has a score in range, shares that add up to 1 or to 0, and the same again', () => {
    fc.assert(
      fc.property(text, (any) => {
        const score = scoreSentiment(any);
        const { compoundE4: whole, negativeE3, neutralE3, positiveE3 } = score;
        for (const value of Object.values(score)) expect(Number.isInteger(value) && !Object.is(value, -0)).toBe(true);
        expect(Math.abs(whole)).toBeLessThanOrEqual(10_000);
        const shares = [negativeE3, neutralE3, positiveE3];
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
        const sum = negativeE3 + neutralE3 + positiveE3;
        expect(sum === 0 || Math.abs(sum - 1000) <= 1).toBe(true);
        expect(scoreSentiment(any)).toEqual(score);
      }),
      { numRuns: 2000 },
    );
  });

  const megabyte = (part: string): string => part.repeat(Math.ceil(2 ** 20 / part.length));
  const parts = [
    ['good ', 'words of the lexicon'],
    ['good bad outstanding agree but ', 'words around "but"'],
    ['!', 'one token of punctuation'],
    ['!a', 'punctuation inside of a token'],
    ['a', 'one word'],
    ['\u3000', 'white space'],
    ['😀', 'emoji'],
    ['\ud800', 'halves of characters'],
    ['x y the bomb ', 'idioms'],
  ] as const;
  // Time that grew with the square of the length would take hours.
  test.each(someOf(parts, 3))('a megabyte of %j is done soon (%s)', (part) => {
    const { negativeE3, neutralE3, positiveE3 } = scoreSentiment(megabyte(part));
    expect([0, 999, 1000, 1001]).toContain(negativeE3 + neutralE3 + positiveE3);
  });
});
