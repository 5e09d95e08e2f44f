/** What makes a film stand out, worked out by hand; days that are too quiet to say anything; films that are found. */
import { DAY_MS, type MovieActivity, NO_ACTIVITY } from '@rushes/views';
import { describe, expect, test } from 'vitest';

import { anomalousFilms, anomalySpan } from './anomalous-films.ts';
import { anomaliesOf, type ExaminedDay } from './anomalies.ts';
import type { ActivityParts } from './daily-activity.ts';

const YESTERDAY_MS = Date.parse('2026-03-07');
const rated = (ratings: number, average = 8): MovieActivity => ({ ...NO_ACTIVITY, ratings, sumTenths: Math.round(10 * average * ratings) });

const yesterday = (activity: MovieActivity): ExaminedDay => ({ startMs: YESTERDAY_MS, activity, isComplete: true });
const today = (activity: MovieActivity): ExaminedDay => ({ startMs: YESTERDAY_MS + DAY_MS, activity, isComplete: false });

/** Median 4, MAD 1. */
const USUAL = [3, 5, 4, 4, 2, 5, 4].map((ratings) => rated(ratings));
/** Median 20, MAD 2. */
const BUSY = [20, 18, 22, 20, 17, 23, 20].map((ratings) => rated(ratings));

describe('activity', () => {
  test('ten times what is usual: (40 − 4) / max(1.4826 × 1, √4)', () => {
    const [found, ...others] = anomaliesOf(USUAL, [yesterday(NO_ACTIVITY), today(rated(40))]);
    expect(others).toEqual([]);
    expect(found).toEqual({
      kind: 'activity_high',
      date: '2026-03-08',
      value: 40,
      median: 4,
      mad: 1,
      score: 18,
      reason:
        '40 ratings and reviews on 2026-03-08. A day of the 7 before: median 4, median absolute deviation 1. That is 18 deviations above, with 3.5 as the threshold.',
    });
  });

  test('reviews count as ratings do', () => {
    expect(anomaliesOf(USUAL, [today({ ...rated(6), reviews: 6 })])).toMatchObject([{ kind: 'activity_high', value: 12, score: 4 }]);
  });

  test('is at the threshold still usual: 11 is 3.5 deviations above 4, 12 more', () => {
    expect(anomaliesOf(USUAL, [today(rated(11))])).toEqual([]);
    expect(anomaliesOf(USUAL, [today(rated(12))])).toMatchObject([{ score: 4 }]);
  });

  test('of fewer than ten is nothing, however quiet it was before', () => {
    const quiet = Array.from({ length: 30 }, () => NO_ACTIVITY);
    expect(anomaliesOf(quiet, [today(rated(9))])).toEqual([]);
    expect(anomaliesOf(quiet, [today(rated(10))])).toMatchObject([{ kind: 'activity_high', median: 0, mad: 0, score: 10 }]);
    expect(anomaliesOf([], [today(rated(10))])).toMatchObject([{ kind: 'activity_high', score: 10 }]);
  });

  test('falling silent: (2 − 20) / √20 on a day that has ended, and never on one that has not', () => {
    expect(anomaliesOf(BUSY, [yesterday(rated(2)), today(rated(2))])).toMatchObject([
      { kind: 'activity_low', date: '2026-03-07', value: 2, median: 20, mad: 2, score: -4.025 },
    ]);
    expect(anomaliesOf(BUSY, [yesterday(rated(5))])).toEqual([]);
    expect(anomaliesOf(USUAL, [yesterday(NO_ACTIVITY)])).toEqual([]);
  });
});

describe('the average rating', () => {
  test('of five ratings: (5 − 8) / 0.5, whatever they differ by less before', () => {
    expect(anomaliesOf(USUAL, [today(rated(5, 5))])).toEqual([
      {
        kind: 'rating_low',
        date: '2026-03-08',
        value: 5,
        median: 8,
        mad: 0,
        score: -6,
        reason:
          'An average of 5 from 5 ratings on 2026-03-08. Averages of the 7 days with ratings among the 7 before: median 8, median absolute deviation 0. That is 6 deviations below, with 3.5 as the threshold.',
      },
    ]);
    expect(anomaliesOf(USUAL, [today(rated(5, 10))])).toMatchObject([{ kind: 'rating_high', score: 4 }]);
  });

  test('deviates by what it did before: averages of 4 to 8 have MAD 1, and 2 is (2 − 6) / 1.4826 below', () => {
    const before = [4, 5, 5, 6, 7, 7, 8].map((average) => rated(1, average));
    expect(anomaliesOf(before, [today(rated(5, 2))])).toEqual([]);
    expect(anomaliesOf(before, [today(rated(5, 0.8))])).toMatchObject([{ mad: 1, score: -3.507 }]);
  });

  test('says nothing of four ratings, or after six days with any', () => {
    expect(anomaliesOf(USUAL, [today(rated(4, 1))])).toEqual([]);
    expect(anomaliesOf([...USUAL.slice(1), NO_ACTIVITY], [today(rated(5, 1))])).toEqual([]);
  });
});

test('the farthest off comes first', () => {
  expect(anomaliesOf(USUAL, [yesterday(rated(12)), today(rated(40, 5))]).map(({ kind, score }) => [kind, score])).toEqual([
    ['activity_high', 18],
    ['rating_low', -6],
    ['activity_high', 4],
  ]);
});

describe('films', () => {
  const AS_OF = YESTERDAY_MS + DAY_MS + 3_600_000;
  const span = anomalySpan('7d', AS_OF);
  /** By film, the activity of each of the nine days, the last of which is going on. */
  const partsOf = (films: Readonly<Record<string, readonly MovieActivity[]>>): ActivityParts & { readonly read: readonly string[] } => {
    const read: string[] = [];
    const start = (at: number): number => span.baselineMs + at * DAY_MS;
    const documents = Array.from({ length: 9 }, (_, at) =>
      JSON.stringify(
        Object.entries(films).flatMap(([id, days]) => {
          const { ratings, sumTenths, reviews, compoundE4 } = days[at] ?? NO_ACTIVITY;
          return ratings + reviews === 0 ? [] : [[id, ratings, sumTenths, reviews, compoundE4]];
        }),
      ),
    );
    const byKey = new Map(documents.map((document, at) => [`${new Date(start(at)).toISOString().slice(0, 16)}Z/day`, document]));
    const activity = {
      getMany: async (keys: readonly string[]) => {
        read.push(...keys);
        return keys.flatMap((key) => (byKey.has(key) ? [{ key, columns: [], documents: [byKey.get(key) ?? null] }] : []));
      },
    };
    // as: days are read by their keys alone
    return { read, overlay: undefined, batch: { activity: activity as unknown as ActivityParts['batch']['activity'] } };
  };

  test('days before are those before yesterday', () => {
    expect([span.baselineMs, span.examinedMs, span.endMs]).toEqual(
      ['2026-02-28', '2026-03-07', '2026-03-09'].map((day) => Date.parse(day)),
    );
  });

  test('those that stand out, the farthest off first, then by id', async () => {
    const parts = partsOf({
      usual: [...USUAL, rated(5), rated(3)],
      risen: [...USUAL, rated(4), rated(40)],
      also: [...USUAL, rated(40), rated(4)],
      silent: [...BUSY],
      panned: [...USUAL, rated(4), rated(5, 5)],
    });
    const found = await anomalousFilms(parts, span);
    expect(found.map(({ id, anomalies }) => [id, anomalies.map(({ kind, date }) => `${kind} ${date}`)])).toEqual([
      ['also', ['activity_high 2026-03-07']],
      ['risen', ['activity_high 2026-03-08']],
      ['panned', ['rating_low 2026-03-08']],
      ['silent', ['activity_low 2026-03-07']],
    ]);
  });

  test('days are read again only where a film was busy on half of them', async () => {
    const busyOn = (days: number) => partsOf({ busy: BUSY.map((day, at) => (at < days ? day : rated(1))) });
    // Of 20, 18, 22, 20, 17, 1, 1 the median is 18, and (0 − 18) / √18 stands out; of four busy days the MAD is 4.
    for (const [days, found, read] of [
      [3, 0, 9],
      [4, 0, 16],
      [5, 1, 16],
    ] as const) {
      const parts = busyOn(days);
      expect([(await anomalousFilms(parts, span)).length, parts.read.length]).toEqual([found, read]);
    }
  });

  test('nothing at all', async () => {
    expect(await anomalousFilms(partsOf({}), span)).toEqual([]);
  });
});
