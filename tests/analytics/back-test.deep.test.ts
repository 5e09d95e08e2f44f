/**
 * How far forecasts are off on real events, the ratings of MovieTweetings, beside "tomorrow is like today". The table of docs/analytics.md must have these figures: where it has not, the
 * test shows its lines. Run it again: `RUSHES_TEST_DEPTH=deep npx vitest run tests/analytics`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

import { type MovieActivity, NO_ACTIVITY } from '@rushes/views';
import { expect, test } from 'vitest';

import { TREND_METRICS } from '../../layers/serving/src/answers/trend-metrics.ts';
import { type BackTest, backTest } from './back-test.ts';

const EVENTS = fileURLToPath(new URL('../../../shared/data/movietweetings/ratings.tsv.gz', import.meta.url));
const PAGE = new URL('../../docs/analytics.md', import.meta.url);
const DAY_S = 86_400;

/** By film, the most rated first, what happened on each day from the first one on. */
const readFilms = () => {
  const ratings = gunzipSync(readFileSync(EVENTS))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [seconds, film = '', , score] = line.split('\t');
      // Seventeen lines rate with 0, which is no rating.
      return Number(score) < 1 ? [] : [{ day: Math.floor(Number(seconds) / DAY_S), film, tenths: Number(score) * 10 }];
    });
  const firstDay = Math.min(...ratings.slice(0, 1).map(({ day }) => day));
  const length = Math.max(...ratings.slice(-1).map(({ day }) => day)) - firstDay + 1;
  const daysOf = (its: typeof ratings): readonly MovieActivity[] => {
    const days = Array.from({ length }, () => NO_ACTIVITY);
    for (const { day, tenths } of its) {
      const before = days[day - firstDay] ?? NO_ACTIVITY;
      days[day - firstDay] = { ...before, ratings: before.ratings + 1, sumTenths: before.sumTenths + tenths };
    }
    return days;
  };
  const films = [...Map.groupBy(ratings, ({ film }) => film).values()].toSorted((a, b) => b.length - a.length).map(daysOf);
  return { ratings: ratings.length, firstMs: firstDay * DAY_S * 1000, films, all: daysOf(ratings) };
};

const row = (what: string, { days, firstDay, firstDayAsBefore, week, weekAsBefore, within }: BackTest): string =>
  [
    what,
    days.toLocaleString('en-US'),
    ...[firstDay, firstDayAsBefore, week, weekAsBefore].map((error) => error.toFixed(3)),
    `${(100 * within).toFixed(1)} %`,
  ].join(' | ');

const cellsOf = (line: string): string =>
  line
    .split('|')
    .map((cell) => cell.trim())
    .filter((cell) => cell !== '')
    .join(' | ');

test.skipIf(!existsSync(EVENTS))(
  'forecasts of MovieTweetings are off by what the documentation says (skipped without ../shared/data)',
  () => {
    const { ratings, firstMs, films, all } = readFilms();
    expect(ratings).toBe(141_678);
    const { votes, rating } = TREND_METRICS;
    const found = [
      row('votes of the 100 most rated films', backTest(votes, films.slice(0, 100), firstMs)),
      row('votes of the next 400', backTest(votes, films.slice(100, 500), firstMs)),
      row('votes of all films together', backTest(votes, [all], firstMs)),
      row('rating of the 100 most rated films', backTest(rating, films.slice(0, 100), firstMs)),
      row('rating of all films together', backTest(rating, [all], firstMs)),
    ];
    const documented = new Set(readFileSync(PAGE, 'utf8').split('\n').map(cellsOf));
    expect(found.filter((one) => !documented.has(one))).toEqual([]);
  },
);
