/** Against the reference: its scores of 9,043 texts, and its two tables in full. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

import { describe, expect, test } from 'vitest';

import { scoreSentiment } from './index.ts';
import { EMOJI_NAMES, WORD_VALENCES } from './lexicon.ts';

const folder = fileURLToPath(new URL('../../../../../shared/data/vader/', import.meta.url));
const there = existsSync(folder);
if (!there) process.stdout.write(`sentiment is not compared with the reference: its scores are not in ${folder}\n`);

interface GoldenText {
  readonly text: string;
  readonly compound: number;
  readonly neg: number;
  readonly neu: number;
  readonly pos: number;
}

/** The first two columns of a table, as the reference reads it: of entries with the same key the last one counts. */
const table = (name: string): readonly (readonly [string, string])[] =>
  readFileSync(folder + name, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [key = '', value = ''] = line.trim().split('\t');
      return [key, value];
    });

const sorted = <Value>(entries: Iterable<readonly [string, Value]>): readonly (readonly [string, Value])[] =>
  [...new Map(entries)].toSorted(([one], [other]) => (one < other ? -1 : 1));

describe.skipIf(!there)('equals the reference', () => {
  test('in every score of every text', () => {
    const texts = gunzipSync(readFileSync(`${folder}golden-dev.jsonl.gz`))
      .toString()
      .trim()
      .split('\n')
      // as: the form of the file, described beside it
      .map((line) => JSON.parse(line) as GoldenText);
    expect(texts.length).toBeGreaterThan(9000);
    const differences = texts.filter(({ text, compound, neg, neu, pos }) => {
      const { compoundE4, negativeE3, neutralE3, positiveE3 } = scoreSentiment(text);
      const rounded = [compoundE4 / 1e4, negativeE3 / 1e3, neutralE3 / 1e3, positiveE3 / 1e3];
      return [compound, neg, neu, pos].some((expected, index) => expected !== rounded[index]);
    });
    expect(differences).toEqual([]);
  });

  test('in every word', () => {
    const words = table('vader_lexicon.txt').map(([word, valence]) => [word, Number(valence)] as const);
    expect(words.length).toBeGreaterThan(7500);
    expect(sorted(WORD_VALENCES)).toEqual(sorted(words));
  });

  test('in the name of every emoji of one code point', () => {
    const names = table('emoji_utf8_lexicon.txt').filter(([char]) => Array.from(char).length === 1);
    expect(names.length).toBeGreaterThan(1200);
    expect(sorted(EMOJI_NAMES)).toEqual(sorted(names));
  });
});
