/** `GET /movies/{id}/popularity`, trends of popularity and `/explain/popularity`: over a version, and with observations after its cut. */
import { eventText, type MovieEvent, partitionOf } from '@rushes/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { POPULAR_AT } from './activity-cells.ts';
import { idOf } from './catalog.ts';
import { type EntranceService, startEntrances } from './entrance-service.ts';
import { CATALOG } from './films.ts';
import { type Service, startService } from './service.ts';

const LATEST = { value: 10.5, observed_at: POPULAR_AT };
const AFTER = '2026-02-28T00:00:00Z';

describe('over a version alone', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.app.close());
  const get = async (path: string) => (await service.app.inject(path)).json();

  test('each day of the window is there, by each id of the title', async () => {
    const { data, meta } = await get(`/movies/tt0000001/popularity?as_of=${AFTER}`);
    expect(data).toMatchObject({
      movie_id: idOf('tt0000001'),
      bucket: 'day',
      window: '7d',
      from: '2026-02-22T00:00:00.000Z',
      to: '2026-03-01T00:00:00.000Z',
      latest: LATEST,
    });
    expect(data.series.map(({ start, value }: { start: string; value: unknown }) => [start.slice(0, 10), value])).toEqual([
      ...['22', '23', '24', '25', '26'].map((day) => [`2026-02-${day}`, null]),
      ['2026-02-27', 10.5],
      ['2026-02-28', null],
    ]);
    expect(meta.data_source).toBe('batch');
    expect((await get(`/movies/${idOf('tt0000001')}/popularity?as_of=${AFTER}&batch_version=1`)).data).toEqual(data);
    expect((await service.app.inject('/movies/tt9999999/popularity')).statusCode).toBe(404);
    expect((await service.app.inject('/movies/tmdb:1/popularity')).statusCode).toBe(404);
  });

  test('the window ends with the hour or the day that is asked about', async () => {
    const hours = async (asOf: string) => (await get(`/movies/tt0000001/popularity?bucket=hour&as_of=${asOf}`)).data;
    const found = await hours('2026-02-27T05:00:00Z');
    expect([found.series.length, found.to, found.latest]).toEqual([168, '2026-02-27T06:00:00.000Z', LATEST]);
    expect(found.series.at(-1)).toEqual({ start: '2026-02-27T05:00:00.000Z', ...LATEST });
    expect((await hours('2026-02-27T04:59:59Z')).latest).toBeNull();
    expect((await hours('2026-03-06T05:30:00Z')).latest).toBeNull();
  });

  test('hours are those of a week', async () => {
    const problem = await get('/movies/tt0000001/popularity?bucket=hour&window=30d');
    expect([problem.status, problem.errors]).toEqual([400, [expect.objectContaining({ name: 'window' })]]);
  });

  test('without as_of the answer has a tag of the bucket of now', async () => {
    for (const bucket of ['hour', 'day']) {
      const path = `/movies/tt0000001/popularity?bucket=${bucket}`;
      const { headers, body } = await service.app.inject(path);
      expect(JSON.parse(body).data.to).toBe(bucket === 'hour' ? '2026-03-01T12:00:00.000Z' : '2026-03-02T00:00:00.000Z');
      expect((await service.app.inject({ url: path, headers: { 'if-none-match': headers['etag'] } })).statusCode).toBe(304);
    }
  });

  test('a trend has the value of the last day before on days without any; of a genre, the average of its films that were observed', async () => {
    const trend = async (subject: string) => (await get(`/analytics/trends?${subject}&metric=popularity&window=7d&as_of=${AFTER}`)).data;
    const { series, maximum, forecast } = await trend('movie_id=tt0000001');
    expect(series.map(({ value, count }: { value: unknown; count: unknown }) => [value, count])).toEqual([
      ...Array.from({ length: 5 }, () => [null, 0]),
      [10.5, 1],
      [10.5, 0],
    ]);
    expect([maximum, forecast]).toEqual([{ date: '2026-02-27', value: 10.5 }, null]);
    const values = CATALOG.films
      .slice(0, -1)
      .flatMap(({ genres = [], type = 'movie', adult = false }, n) =>
        genres.includes('Drama') && type === 'movie' && !adult ? [10.5 + n] : [],
      );
    expect(values.length).toBeGreaterThan(1);
    const average = Math.round((1000 * values.reduce((sum, one) => sum + one, 0)) / values.length) / 1000;
    expect((await trend('genre=drama')).series.at(-2)).toMatchObject({ value: average, count: values.length, moving_average: average });
  });
});

describe('with observations after the cut', () => {
  let live: EntranceService;
  beforeAll(async () => {
    live = await startEntrances();
    const movie_id = idOf('tt0000001');
    const observed = (popularity: number | null, at: string): MovieEvent => ({
      type: 'rating_observed',
      version: 1,
      payload: { movie_id, source: 'tmdb', average: 7, votes: 1, popularity, at },
    });
    const told = [
      // Older than what the version has of the day, in an hour of its own.
      observed(9, '2026-02-27T01:00:00Z'),
      observed(20.25, '2026-02-28T12:00:00Z'),
      observed(21, '2026-02-28T11:00:00Z'),
      observed(null, '2026-02-28T13:00:00Z'),
    ];
    await live.log.append(
      told.map((event, n) => ({
        partition: partitionOf('movie.ratings', movie_id),
        key: movie_id,
        id: `observed-${n}`,
        value: eventText(event),
      })),
    );
    await live.project();
    await live.app.snapshots.poll();
  });
  afterAll(() => live.close());
  const get = async (path: string) => (await live.app.inject(path)).json();

  test('each day has what was observed last on it, on either side of the cut', async () => {
    const { data, meta } = await get(`/movies/tt0000001/popularity?as_of=${AFTER}`);
    const last = { value: 20.25, observed_at: '2026-02-28T12:00:00.000Z' };
    expect(data.series.slice(-2)).toEqual([
      { start: '2026-02-27T00:00:00.000Z', ...LATEST },
      { start: '2026-02-28T00:00:00.000Z', ...last },
    ]);
    expect([data.latest, meta.data_source]).toEqual([last, 'merged']);
    expect((await get(`/movies/tt0000001/popularity?as_of=${AFTER}&batch_version=1`)).data.latest).toEqual(LATEST);
    const hours = await get('/movies/tt0000001/popularity?bucket=hour&as_of=2026-02-28T11:30:00Z');
    expect(hours.data.series.filter(({ value }: { value: unknown }) => value !== null)).toEqual([
      { start: '2026-02-27T01:00:00.000Z', value: 9, observed_at: '2026-02-27T01:00:00.000Z' },
      { start: '2026-02-27T05:00:00.000Z', ...LATEST },
      { start: '2026-02-28T11:00:00.000Z', value: 21, observed_at: '2026-02-28T11:00:00.000Z' },
    ]);
  });

  test('a day is explained by the version and by each epoch after it', async () => {
    const explained = async (date: string) => (await get(`/explain/popularity?movie_id=tt0000001&date=${date}`)).data;
    const of = (value: number, observed_at: string) => ({ value, observed_at });
    const part = (latest: object) => [
      { epoch: 1, partition: expect.stringMatching(/^movie\.ratings\//), last_offset: expect.any(Number), latest },
    ];
    const counts = of(20.25, '2026-02-28T12:00:00.000Z');
    expect(await explained('2026-02-28')).toMatchObject({
      movie_id: idOf('tt0000001'),
      batch: { version: 1, latest: null },
      epochs: part(counts),
      merged: counts,
    });
    expect(await explained('2026-02-27')).toMatchObject({
      batch: { latest: LATEST },
      epochs: part(of(9, '2026-02-27T01:00:00.000Z')),
      merged: LATEST,
    });
    expect(await explained('2026-02-26')).toMatchObject({ batch: { latest: null }, epochs: [], merged: null });
  });

  test('an answer about another film keeps its tag', async () => {
    const [one, other] = ['tt0000001', 'tt0000002'].map((id) => `/movies/${id}/popularity?as_of=${AFTER}`);
    const tags = async () => [(await live.app.inject(one ?? '')).headers['etag'], (await live.app.inject(other ?? '')).headers['etag']];
    const before = await tags();
    const key = await live.makeKey('writer');
    const headers = { 'x-api-key': key.text };
    await live.app.inject({ method: 'POST', url: '/movies/tt0000001/ratings', payload: { score: 7 }, headers });
    await live.project();
    await live.app.snapshots.poll();
    const after = await tags();
    expect([after[0] === before[0], after[1] === before[1]]).toEqual([false, true]);
  });
});
