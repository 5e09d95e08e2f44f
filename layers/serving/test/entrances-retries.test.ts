/** Retries: a request with an Idempotency-Key counts once, wherever and whenever within 48 hours it comes again. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type EntranceService, startEntrances } from './entrance-service.ts';

const MOVIE = { title: 'Night Ferry', genres: ['Drama', 'Crime'], year: 2025, rating: 7.3, runtime_minutes: 101 };
const LINK = 'https://www.imdb.com/title/tt0000099/';
const HOUR_MS = 3_600_000;

let service: EntranceService;
let key = '';
beforeEach(async () => {
  service = await startEntrances();
  key = (await service.makeKey('writer')).text;
});
afterEach(() => service.close());

interface Sent {
  readonly headers?: Record<string, string>;
  readonly app?: EntranceService['app'];
}

const post = (url: string, payload: object | string, { headers = {}, app = service.app }: Sent = {}) =>
  app.inject({
    method: 'POST',
    url,
    payload,
    headers: { 'x-api-key': key, ...(typeof payload === 'string' ? { 'content-type': 'application/json' } : {}), ...headers },
  });

const show = async (apps = [service.app]): Promise<void> => {
  await service.project();
  for (const app of apps) await app.snapshots.poll();
};

/** Days on each of which a batch run appends its barrier. */
const passDays = async (days: number): Promise<void> => {
  for (let day = 1; day <= days; day++) {
    service.advance(24 * HOUR_MS);
    await service.log.appendBarrier(day);
  }
};

describe('a request with an Idempotency-Key', () => {
  const headers = { 'idempotency-key': 'import-1' };

  test.each([
    ['/movies/tt0000001/ratings', { score: 8 }],
    ['/movies/tt0000001/reviews', { text: 'Splendid.' }],
    ['/movies', MOVIE],
    ['/movies', { ...MOVIE, imdb_link: LINK }],
  ])('%s: sent again, it has the same answer and no second effect', async (url, body) => {
    const first = await post(url, body, { headers });
    service.advance(HOUR_MS);
    const again = await post(url, body, { headers });
    await show();
    const shown = await post(url, JSON.stringify(body, null, 2), { headers: { ...headers, prefer: 'wait=1' } });
    expect([first.statusCode, again.statusCode, shown.statusCode]).toEqual([202, 202, 201]);
    expect([again.json(), shown.json().data]).toEqual([first.json(), first.json().data]);
    expect([again.headers.location, shown.headers.location]).toEqual([first.headers.location, first.headers.location]);
    expect(await service.events()).toHaveLength(1);
    expect(await service.metrics.metrics()).toMatch(/rushes_entrance_events_total\{type="\w+",outcome="repeated"\} 2/);
  });

  test('sent many times at once, it is one event', async () => {
    for (const [url, body] of [
      ['/movies/tt0000001/ratings', { score: 8 }],
      ['/movies', { ...MOVIE, imdb_link: LINK }],
    ] as const) {
      const responses = await Promise.all(Array.from({ length: 20 }, () => post(url, body, { headers })));
      expect(new Set(responses.map(({ statusCode, body: text }) => `${statusCode} ${text}`)).size).toBe(1);
      expect(responses[0]?.statusCode).toBe(202);
    }
    expect(await service.events()).toHaveLength(2);
  });

  test('sent to another replica, it has the same ids, and readers count it once', async () => {
    const other = await service.replica();
    for (const [url, body] of [
      ['/movies/tt0000001/ratings', { score: 8 }],
      ['/movies', MOVIE],
      ['/movies', { ...MOVIE, imdb_link: LINK }],
    ] as const) {
      const own = { 'idempotency-key': `k${JSON.stringify(body).length}` };
      const [first, again] = [await post(url, body, { headers: own }), await post(url, body, { headers: own, app: other })];
      expect(again.statusCode).toBe(202);
      const { position: _first, ...ids } = first.json().data;
      expect(again.json().data).toMatchObject(ids);
    }
    await show();
    const { data } = (await service.app.inject('/movies/tt0000001')).json();
    expect(data.ratings.live).toEqual({ rating: 8, votes: 1 });
  });

  test('a movie that is known because this request posted it, at another replica: the same answer again', async () => {
    const body = { ...MOVIE, imdb_link: LINK };
    const first = await post('/movies', body, { headers });
    await show();
    service.advance(40 * HOUR_MS);
    const app = await service.replica();
    const again = await post('/movies', body, { headers, app });
    expect([again.statusCode, again.json()]).toEqual([202, first.json()]);
    expect((await post('/movies', { ...body, year: 2000 }, { headers, app: await service.replica() })).statusCode).toBe(422);
    expect((await post('/movies', body, { headers: { 'idempotency-key': 'other' }, app })).statusCode).toBe(409);
    expect(await service.events()).toHaveLength(1);
    // Of the hours without a record before the first barrier, a day counts.
    await passDays(4);
    expect((await post('/movies', body, { headers, app: await service.replica() })).statusCode).toBe(409);
  });

  test('with another body is 422; another caller’s, or of another path, is one of its own', async () => {
    expect((await post('/movies/tt0000001/ratings', { score: 8 }, { headers })).statusCode).toBe(202);
    const other = await post('/movies/tt0000001/ratings', { score: 9 }, { headers });
    expect(other.statusCode).toBe(422);
    expect(other.json().errors).toMatchObject([{ in: 'header', name: 'Idempotency-Key' }]);
    const events = [
      await post('/movies/tt0000002/ratings', { score: 8 }, { headers }),
      await post('/movies/tt0000001/reviews', { text: 'x' }, { headers }),
      await post(
        '/movies/tt0000001/ratings',
        { score: 9 },
        { headers: { ...headers, 'x-api-key': (await service.makeKey('writer')).text } },
      ),
    ];
    expect(events.map(({ statusCode }) => statusCode)).toEqual([202, 202, 202]);
    expect(new Set((await service.events()).map(({ record }) => record.id)).size).toBe(4);
  });

  test('is free again when readers take it for a new one, and not before', async () => {
    await post('/movies/tt0000001/ratings', { score: 8 }, { headers });
    await passDays(3);
    expect((await post('/movies/tt0000001/ratings', { score: 9 }, { headers })).statusCode).toBe(422);
    service.advance(1);
    expect((await post('/movies/tt0000001/ratings', { score: 9 }, { headers })).statusCode).toBe(202);
    await show();
    expect((await service.app.inject('/movies/tt0000001')).json().data.ratings.live.votes).toBe(2);
  });

  test('that was refused leaves nothing behind', async () => {
    expect((await post('/movies/tt9999999/ratings', { score: 8 }, { headers })).statusCode).toBe(404);
    expect((await post('/movies/tt9999999/ratings', { score: 9 }, { headers })).statusCode).toBe(404);
  });

  test('without one, each request is an event', async () => {
    for (let n = 0; n < 3; n += 1) await post('/movies/tt0000001/ratings', { score: 8 });
    await post('/movies', MOVIE);
    await post('/movies', MOVIE);
    const events = await service.events();
    expect(new Set(events.map(({ record }) => record.id)).size).toBe(5);
    expect(new Set(events.map(({ record }) => record.key)).size).toBe(3);
  });
});
