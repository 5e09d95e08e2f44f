/** Posting movies, ratings and reviews: what is accepted is in the log, once, and every layer can use it. */
import { judgeEvent, partitionOf, type Tconst, titleIdOf, topicOfEvent } from '@rushes/domain';
import { ClockAheadError, type EventLog, StoreBusyError } from '@rushes/ports';
import { histories } from '@rushes/ports/contracts/depth';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { parsePosition } from '../src/merge/position.ts';
import { PROBLEM_TYPE } from '../src/http/problem.ts';
import { type EntranceService, NOW_MS, startEntrances } from './entrance-service.ts';

const ID = titleIdOf('tt0000001' as Tconst); // as: well-formed
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

/** Control characters; where there are lines, all but tabs and line ends. */
const NO_LINE = /\p{Cc}/u;
const NO_LINES = /(?![\t\n\r])\p{Cc}/u;

describe('what is accepted', () => {
  test('a rating: an event in the partition of its movie', async () => {
    const response = await post('/movies/tt0000001/ratings', { score: 8.5, user: 'ada', at: '2026-02-28T20:00:00Z' });
    expect(response.statusCode).toBe(202);
    const [logged, ...others] = await service.events();
    expect(others).toEqual([]);
    expect(logged).toMatchObject({
      partition: partitionOf('movie.ratings', ID),
      record: { key: ID, offset: 0 },
      event: { type: 'rating_given', version: 1, payload: { movie_id: ID, score: 8.5, user: 'ada', at: '2026-02-28T20:00:00Z' } },
    });
    const { data, meta } = response.json();
    expect(data).toEqual({ event_id: logged?.record.id, movie_id: ID, position: response.headers['rushes-position'] });
    expect(meta).toEqual({ state: 'accepted', appended_at: '2026-03-01T11:00:00.000Z' });
    expect(response.headers).toMatchObject({ location: `/movies/${ID}`, 'cache-control': 'no-store' });
    expect(response.headers).not.toHaveProperty('preference-applied');
    const position = parsePosition(data.position) ?? {};
    expect(Object.entries(position).filter(([, offset = 0]) => offset > 0)).toEqual([[logged?.partition, 1]]);
  });

  test('a review, a movie, each with what was left out filled in', async () => {
    expect((await post(`/movies/${ID}/reviews`, { text: 'Splendid.' })).statusCode).toBe(202);
    const movie = await post('/movies', { title: 'Night Ferry' });
    expect(movie.statusCode).toBe(202);
    const { movie_id: movieId } = movie.json().data;
    const payloads = (await service.events()).map(({ event }) => event.payload);
    expect(payloads).toEqual(
      expect.arrayContaining([
        { movie_id: ID, text: 'Splendid.', author: null, score: null, at: '2026-03-01T11:00:00.000Z' },
        {
          movie_id: movieId,
          tconst: null,
          source: 'posted',
          at: '2026-03-01T11:00:00.000Z',
          title: 'Night Ferry',
          genres: [],
          year: null,
          runtime_minutes: null,
          rating: null,
        },
      ]),
    );
  });

  test('any of a movie’s ids', async () => {
    for (const id of ['tt0000001', ID, ID.toUpperCase()])
      expect((await post(`/movies/${id}/ratings`, { score: 1 })).json().data.movie_id).toBe(ID);
  });

  test('with imdb_link the movie’s id follows from IMDb’s', async () => {
    const response = await post('/movies', { ...MOVIE, imdb_link: LINK });
    expect(response.json().data.movie_id).toBe(titleIdOf('tt0000099' as Tconst)); // as: well-formed
    expect((await service.events())[0]?.event.payload).toMatchObject({ tconst: 'tt0000099', ...MOVIE });
  });

  test('an event of nearly 24 hours ahead', async () => {
    const at = new Date(NOW_MS + 24 * HOUR_MS - 60_000).toISOString();
    expect((await post('/movies/tt0000001/ratings', { score: 5, at })).statusCode).toBe(202);
  });

  test('a review of 50,000 characters, however they are written', async () => {
    const text = '🎬'.repeat(50_000);
    const escaped = JSON.stringify({ text }).replaceAll('🎬', '\\ud83c\\udfac');
    expect(escaped.length).toBeGreaterThan(600_000);
    for (const payload of [{ text }, escaped]) expect((await post('/movies/tt0000001/reviews', payload)).statusCode).toBe(202);
    expect((await service.events()).map(({ event }) => 'text' in event.payload && event.payload.text === text)).toEqual([true, true]);
  });

  test('whatever passes the body’s rules is an event that every layer accepts, also if the log’s clock is half a minute behind', async () => {
    const instant = fc
      .date({ min: new Date(0), max: new Date(NOW_MS + 23.9 * HOUR_MS), noInvalidDate: true })
      .map((date) => date.toISOString());
    const score = fc.integer({ min: 2, max: 20 }).map((halves) => halves / 2);
    const name = fc.option(fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }));
    const rating = fc.record({ score, user: name, at: instant }, { requiredKeys: ['score'] });
    const review = fc.record(
      { text: fc.string({ minLength: 1, maxLength: 80, unit: 'binary' }), author: name, score: fc.option(score), at: instant },
      { requiredKeys: ['text'] },
    );
    const movie = fc.record(
      {
        title: fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
        genres: fc.uniqueArray(fc.stringMatching(/^[A-Za-z -]{1,20}$/), { maxLength: 20 }),
        year: fc.option(fc.integer({ min: 1850, max: 2200 })),
        rating: fc.option(fc.integer({ min: 10, max: 100 }).map((tenths) => tenths / 10)),
        runtime_minutes: fc.option(fc.nat(60_000)),
        budget: fc.option(fc.integer({ min: 1, max: 10 ** 12 })),
        revenue: fc.option(fc.integer({ min: 1, max: 10 ** 12 })),
        keywords: fc.uniqueArray(fc.stringMatching(/^[A-Za-z ,"]{1,20}$/), { maxLength: 50 }),
      },
      { requiredKeys: ['title'] },
    );
    const posted = fc.oneof(
      rating.map((body) => ['/movies/tt0000001/ratings', body] as const),
      review.map((body) => ['/movies/tt0000001/reviews', body] as const),
      movie.map((body) => ['/movies', body] as const),
    );
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(posted, async ([url, body]) => {
        const response = await post(url, body);
        const isUnfit = Object.entries(body).some(([field, value]) =>
          [value]
            .flat()
            .some((text) => typeof text === 'string' && (!/\S/.test(text) || (field === 'text' ? NO_LINES : NO_LINE).test(text))),
        );
        expect([body, response.statusCode]).toEqual([body, isUnfit ? 400 : 202]);
        if (response.statusCode === 202) accepted += 1;
      }),
      histories({ quick: 30, deep: 400 }),
    );
    const events = await service.events();
    expect(events).toHaveLength(accepted);
    for (const { record, event } of events) {
      const context = { topic: topicOfEvent(event.type), key: record.key, appendedAtMs: record.appendedAtMs - 30_000 };
      expect(judgeEvent(record.value, context)).toHaveProperty('row');
    }
  });
});

test('a browser of another origin may ask to post', async () => {
  const preflight = await service.app.inject({
    method: 'OPTIONS',
    url: '/movies/tt0000001/ratings',
    headers: {
      origin: 'https://example.org',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-api-key,idempotency-key',
    },
  });
  expect(preflight.statusCode).toBe(204);
  expect(preflight.headers).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, HEAD, POST',
    'access-control-allow-headers': 'x-api-key,idempotency-key',
  });
  const response = await post('/movies/tt0000001/ratings', { score: 5 }, { headers: { origin: 'https://example.org' } });
  expect(response.headers['access-control-expose-headers']).toMatch(/Location.*Rushes-Position/);
});

describe('a movie that is known', () => {
  test('is 409 with its id, by the batch layer or by an event', async () => {
    const known = await post('/movies', { ...MOVIE, imdb_link: 'https://www.imdb.com/title/tt0000001/' });
    expect(known.statusCode).toBe(409);
    expect(known.headers.location).toBe(`/movies/${ID}`);
    expect(known.json()).toMatchObject({ detail: expect.stringContaining(ID), errors: [{ in: 'body', name: 'imdb_link' }] });
    expect(await service.events()).toEqual([]);

    expect((await post('/movies', { ...MOVIE, imdb_link: LINK })).statusCode).toBe(202);
    // At once, before any answer shows it; and at another replica as soon as answers do.
    expect((await post('/movies', { ...MOVIE, imdb_link: LINK })).statusCode).toBe(409);
    const other = await service.replica();
    await show([service.app, other]);
    for (const app of [service.app, other]) expect((await post('/movies', { ...MOVIE, imdb_link: LINK }, { app })).statusCode).toBe(409);
    expect(await service.events()).toHaveLength(1);
  });

  test('posted twice at once: one gets it', async () => {
    const responses = await Promise.all(Array.from({ length: 5 }, () => post('/movies', { ...MOVIE, imdb_link: LINK })));
    expect(responses.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([202, 409, 409, 409, 409]);
    expect(await service.events()).toHaveLength(1);
  });

  test('can be posted after the log did not take it', async () => {
    await service.close();
    let failing = true;
    const wrapLog = (log: EventLog): EventLog => ({
      ...log,
      append: (records) => (failing ? Promise.reject(new Error('disk full')) : log.append(records)),
    });
    service = await startEntrances({ wrapLog });
    key = (await service.makeKey('writer')).text;
    const headers = { 'idempotency-key': 'one' };
    const failed = await post('/movies', { ...MOVIE, imdb_link: LINK }, { headers });
    expect(failed.statusCode).toBe(503);
    expect(failed.headers['retry-after']).toBe('5');
    expect(failed.body).not.toContain('disk full');
    expect(service.lines).toContainEqual(
      expect.objectContaining({ level: 'error', err: expect.objectContaining({ message: 'disk full' }) }),
    );
    failing = false;
    expect((await post('/movies', { ...MOVIE, imdb_link: LINK }, { headers: { 'idempotency-key': 'two' } })).statusCode).toBe(202);
    expect(await service.events()).toHaveLength(1);
  });

  test('can be posted once the log is not locked any more by another process', async () => {
    await service.close();
    let isLocked = true;
    const unlessLocked = <Result>(call: () => Promise<Result>): Promise<Result> =>
      isLocked ? Promise.reject(new StoreBusyError('log.sqlite', 10_000)) : call();
    const wrapLog = (log: EventLog): EventLog => ({
      ...log,
      append: (records) => unlessLocked(() => log.append(records)),
      bounds: () => unlessLocked(() => log.bounds()),
    });
    service = await startEntrances({ wrapLog });
    key = (await service.makeKey('writer')).text;
    const headers = { 'idempotency-key': 'one' };
    for (const link of [null, 'https://www.imdb.com/title/tt0000001/']) {
      const busy = await post('/movies', { ...MOVIE, imdb_link: link }, { headers: { 'idempotency-key': `locked-${link === null}` } });
      expect([busy.statusCode, busy.headers['retry-after'], busy.headers['content-type']], busy.body).toEqual([503, '5', PROBLEM_TYPE]);
      expect(busy.body).not.toContain('log.sqlite');
    }
    isLocked = false;
    expect((await post('/movies', MOVIE, { headers })).statusCode).toBe(202);
  });

  test('cannot be posted through a service whose clock is ahead of the others, which says so', async () => {
    await service.close();
    const wrapLog = (log: EventLog): EventLog => ({
      ...log,
      append: () => Promise.reject(new ClockAheadError('log.sqlite', 3 * 24 * HOUR_MS)),
    });
    service = await startEntrances({ wrapLog });
    key = (await service.makeKey('writer')).text;
    const refused = await post('/movies', MOVIE);
    expect([refused.statusCode, refused.headers['retry-after'], refused.headers['content-type']]).toEqual([503, '5', PROBLEM_TYPE]);
    expect(refused.json().detail).toContain('clock of this service is ahead');
    expect(service.lines).toContainEqual(
      expect.objectContaining({ level: 'error', err: expect.objectContaining({ message: expect.stringContaining('259200 s ahead') }) }),
    );
  });

  test('is rated by the id it got, once answers show it', async () => {
    const { movie_id: id } = (await post('/movies', MOVIE)).json().data;
    expect((await post(`/movies/${id}/ratings`, { score: 8 })).statusCode).toBe(404);
    await show();
    expect((await post(`/movies/${id}/ratings`, { score: 8 })).statusCode).toBe(202);
    await show();
    const movie = (await service.app.inject(`/movies/${id}`)).json().data;
    expect(movie).toMatchObject({
      id,
      title: 'Night Ferry',
      genres: ['Drama', 'Crime'],
      year: 2025,
      runtime_minutes: 101,
      votes: 1,
      rating: 8,
    });
  });
});
