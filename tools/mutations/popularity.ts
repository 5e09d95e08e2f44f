/** Ways to break popularity over time. */
import type { Mutation } from './mutation.ts';

const OVERLAY = 'layers/serving/src/merge/overlay';
const CUT_TESTS = ['layers/serving/test/popularity-cuts.test.ts'];
const VIEW_TESTS = ['tests/views/popularity-rows.test.ts'];

export const POPULARITY_MUTATIONS: readonly Mutation[] = [
  {
    name: 'of two observations the one that came later counts, whenever it was made',
    file: 'libs/views/src/popularity.ts',
    text: '(a.atMs === b.atMs ? a.offset > b.offset : a.atMs > b.atMs) ? a : b',
    replacement: 'a.offset > b.offset ? a : b',
    tests: CUT_TESTS,
  },
  {
    name: 'of two observations at one time the one that came first counts',
    file: 'libs/views/src/popularity.ts',
    text: 'a.atMs === b.atMs ? a.offset > b.offset',
    replacement: 'a.atMs === b.atMs ? a.offset < b.offset',
    tests: CUT_TESTS,
  },
  {
    name: 'an hour that was observed anew takes the whole day’s place',
    file: `${OVERLAY}/changed-popularity.ts`,
    text: 'known === undefined ? now : laterPopularity(known, now)',
    replacement: 'now',
    tests: CUT_TESTS,
  },
  {
    name: 'observations that say no popularity are folded',
    file: 'libs/views/src/keyed/popularity-buckets.ts',
    text: "where: { source: 'tmdb', popularity_e3: PRESENT },",
    replacement: "where: { source: 'tmdb' },",
    tests: VIEW_TESTS,
  },
  {
    name: 'the latest popularity of a window is that of its last bucket',
    file: 'layers/serving/src/answers/popularity-series.ts',
    text: 'latest = observed ?? latest;',
    replacement: 'latest = observed;',
    tests: CUT_TESTS,
  },
  {
    name: 'each film of a genre counts as one more than it was observed',
    file: 'layers/serving/src/answers/trend-metrics.ts',
    text: 'roundedRatio(sumE3, BigInt(observed)) / THOUSANDTHS',
    replacement: 'roundedRatio(sumE3, BigInt(observed + 1)) / THOUSANDTHS',
    tests: ['layers/serving/src/answers/trend-series.test.ts'],
  },
];
