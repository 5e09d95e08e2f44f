/** `GET /analytics/trends` and `/analytics/anomalies` over a version: who asks for what, what is in it, and what their entity tags follow from. */
import { foldText } from '@rushes/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { CROWDED_ON, RATED_ON } from './activity-cells.ts';
import { idOf } from './catalog.ts';
import { CATALOG } from './films.ts';
import { startEntrances } from './entrance-service.ts';
import { type Service, startService } from './service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.app.close());

const get = async (path: string) => {
  const response = await service.app.inject(path);
  return { response, data: response.json().data };
};

/** The day after, so that the day itself is complete. */
const AFTER = '2026-03-01T00:00:00Z';

describe('trends', () => {
  test('of a movie by each of its ids: all days of the window, with what happened on one of them', async () => {
    const { data } = await get(`/analytics/trends?movie_id=tt0000001&metric=rating&window=7d&as_of=${AFTER}`);
    expect(data).toMatchObject({
      movie_id: idOf('tt0000001'),
      genre: null,
      metric: 'rating',
      window: '7d',
      from: '2026-02-23T00:00:00.000Z',
      to: '2026-03-02T00:00:00.000Z',
      direction: 'flat',
      minimum: { date: '2026-02-28', value: 7 },
      forecast: null,
    });
    expect(data.series.map((day: { value: number | null }) => day.value)).toEqual([null, null, null, null, null, 7, 7]);
    expect((await get(`/analytics/trends?movie_id=${idOf('tt0000001')}&metric=rating&window=7d&as_of=${AFTER}`)).data).toEqual(data);
  });

  test('of a genre: ratings of its films that are not for adults only, whatever the case', async () => {
    const films = CATALOG.films.filter(
      ({ genres = [], type = 'movie', adult = false }) => genres.map(foldText).includes('drama') && type === 'movie' && !adult,
    );
    expect(films.length).toBeGreaterThan(1);
    const { data } = await get(`/analytics/trends?genre=DRAMA&window=7d&as_of=${RATED_ON}`);
    expect(data.series.at(-1)).toEqual({
      date: '2026-02-28',
      value: films.length,
      count: films.length,
      moving_average: Math.round((films.length / 7) * 1000) / 1000,
      complete: false,
    });
    expect([data.movie_id, data.maximum.value, data.forecast.series.length]).toEqual([null, 0, 7]);
  });

  test('need either a movie or a genre', async () => {
    for (const [query, name] of [
      ['', 'movie_id'],
      ['movie_id=tt0000001&genre=Drama', 'genre'],
      ['genre=Dramma', 'genre'],
    ]) {
      const { response } = await get(`/analytics/trends?${query}`);
      const { errors } = response.json();
      expect([response.statusCode, errors.length, errors[0].name]).toEqual([400, 1, name]);
    }
    expect((await get('/analytics/trends?movie_id=tt9999999')).response.statusCode).toBe(404);
    expect((await get('/analytics/trends?movie_id=tmdb:1')).response.statusCode).toBe(404);
  });
});

describe('anomalies', () => {
  test('films that stand out, without adult ones and series, with their reasons; ties are in the order of ids', async () => {
    const { data } = await get(`/analytics/anomalies?as_of=${CROWDED_ON}&limit=100`);
    expect([data.baseline_from, data.examined_from, data.to]).toEqual(
      ['2025-10-20', '2025-11-19', '2025-11-21'].map((day) => `${day}T00:00:00.000Z`),
    );
    const films = CATALOG.films.slice(0, -1).filter(({ type = 'movie', adult = false }) => type === 'movie' && !adult);
    expect(data.movies.map(({ id }: { id: string }) => id)).toEqual(films.map(({ tconst }) => idOf(tconst)).toSorted());
    expect(data.movies[0].anomalies).toEqual([
      expect.objectContaining({ kind: 'activity_high', date: '2025-11-20', value: 12, median: 0, mad: 0, score: 12 }),
    ]);
    expect(data.movies[0].anomalies[0].reason).toContain('12 ratings and reviews on 2025-11-20');
    expect((await get(`/analytics/anomalies?as_of=${CROWDED_ON}&limit=2`)).data.movies).toEqual(data.movies.slice(0, 2));
    const only = (await get(`/analytics/anomalies?as_of=${CROWDED_ON}&adult=only&limit=100&fields=is_adult`)).data.movies;
    expect(only).toEqual(only.map(() => ({ is_adult: true })));
  });

  test('of a genre alone', async () => {
    const { data } = await get(`/analytics/anomalies?as_of=${CROWDED_ON}&limit=100&genre=dRaMa`);
    expect(data.movies.length).toBeGreaterThan(0);
    expect(data.movies.every(({ genres }: { genres: readonly string[] }) => genres.includes('Drama'))).toBe(true);
    expect((await get('/analytics/anomalies?genre=Dramma')).response.json().errors[0].name).toBe('genre');
  });

  test('the day before is looked at as well, earlier ones are not', async () => {
    const found = async (day: string) => (await get(`/analytics/anomalies?as_of=${day}T00:00:00Z`)).data.movies.length;
    expect([await found('2025-11-19'), await found('2025-11-21'), await found('2025-11-22')]).toEqual([0, expect.any(Number), 0]);
    expect(await found('2025-11-21')).toBeGreaterThan(0);
  });
});

test('without as_of, answers are of today and have tags of today', async () => {
  const { data } = await get('/analytics/trends?movie_id=tt0000001');
  expect([data.series.length, data.series.at(-1).date]).toEqual([30, '2026-03-01']);
  for (const path of ['/analytics/trends?movie_id=tt0000001', '/analytics/anomalies']) {
    const tag = async (query: string) => (await service.app.inject(path + query)).headers.etag;
    const separator = path.includes('?') ? '&' : '?';
    expect(await tag(`${separator}as_of=2026-03-01T11:00:00Z`)).not.toBe(await tag(''));
    const response = await service.app.inject({ url: path, headers: { 'if-none-match': await tag('') } });
    expect(response.statusCode).toBe(304);
  }
});

test('a day is explained by the version and by each epoch after it, and trends show their sum', async () => {
  const live = await startEntrances();
  try {
    const headers = { 'x-api-key': (await live.makeKey('writer')).text };
    const post = async (what: string, payload: object) => {
      const response = await live.app.inject({ method: 'POST', url: `/movies/tt0000001/${what}`, payload, headers });
      expect(response.statusCode).toBe(202);
    };
    for (const [score, time] of [
      [9.5, '00:00:00'],
      [4, '23:59:59'],
    ] as const)
      await post('ratings', { score, at: `2026-02-28T${time}Z` });
    await post('ratings', { score: 1, at: '2026-02-27T23:59:59Z' });
    await post('reviews', { text: 'I love it!', at: '2026-02-28T12:00:00Z' });
    await live.project();
    await live.app.snapshots.poll();

    const explained = (await live.app.inject('/explain/activity?movie_id=tt0000001&date=2026-02-28')).json().data;
    const rated = { ratings: 2, sum_tenths: 135, reviews: 0, compound_e4: 0 };
    const reviewed = { ratings: 0, sum_tenths: 0, reviews: 1, compound_e4: 6696 };
    expect(explained).toMatchObject({
      movie_id: idOf('tt0000001'),
      batch: { version: 1, activity: { ratings: 1, sum_tenths: 70, reviews: 0, compound_e4: 0 } },
      merged: { ratings: 3, sum_tenths: 205, reviews: 1, compound_e4: 6696 },
    });
    expect(explained.epochs.map(({ partition, activity }: { partition: string; activity: unknown }) => [partition, activity])).toEqual([
      [expect.stringMatching(/^movie\.ratings\//), rated],
      [expect.stringMatching(/^movie\.reviews\//), reviewed],
    ]);
    const trend = (await live.app.inject(`/analytics/trends?movie_id=tt0000001&metric=rating&window=7d&as_of=${RATED_ON}`)).json();
    expect(trend.data.series.at(-1)).toMatchObject({ value: 6.833, count: 3, moving_average: 5.375 });
    expect(trend.meta.data_source).toBe('merged');
  } finally {
    await live.close();
  }
});
