/** What of requests to `/stream` is refused, and how, before anything is told. */
import { afterEach, describe, expect, test } from 'vitest';

import { DEFAULT_OPTIONS, type ServingOptions } from '../src/options.ts';
import { type EntranceService, startEntrances } from './entrance-service.ts';

const ZERO = Array.from({ length: 18 }, () => 0).join('.');

let service: EntranceService;
/** Whoever asks without a socket waits for the end of the answer. */
const start = async (serving: Partial<ServingOptions> = {}): Promise<void> => {
  service = await startEntrances({ serving: { eventStreams: { ...DEFAULT_OPTIONS.eventStreams, maxMs: 1 }, ...serving } });
};
afterEach(() => service.close());

describe('what is asked', () => {
  test.each([
    ['/stream?limit=5', ['limit']],
    ['/stream?view=top_movies&since=0', ['since']],
    [`/stream?view=top_movies&since=${ZERO}&genre=Drama&movie_id=tt0000001`, ['genre', 'movie_id', 'since']],
    ['/stream?genre=Drama&movie_id=tt0000001', ['genre']],
    ['/stream?genre=Dramma', ['genre']],
    ['/stream?101_movies', ['movie_id']],
  ])('is refused where it makes no sense: %s', async (named, names) => {
    const path = named.replace('101_movies', Array.from({ length: 101 }, (_, n) => `movie_id=tt${1_000_000 + n}`).join('&'));
    await start();
    const { statusCode, headers, body } = await service.app.inject(path);
    expect([statusCode, headers['content-type']]).toEqual([400, 'application/problem+json; charset=utf-8']);
    expect((JSON.parse(body) as { errors: { name: string }[] }).errors.map(({ name }) => name).toSorted()).toEqual(names); // as: a problem
  });

  test('a position that is none, an id that nobody has, and a media type that there is not', async () => {
    await start();
    const ask = (path: string, headers = {}) => service.app.inject({ url: path, headers });
    expect((await ask('/stream', { 'last-event-id': 'x' })).json().errors).toMatchObject([{ in: 'header', name: 'Last-Event-ID' }]);
    expect((await ask('/stream?movie_id=tmdb:999999')).statusCode).toBe(404);
    expect((await ask('/stream', { accept: 'application/json' })).statusCode).toBe(406);
  });

  test('HEAD and OPTIONS are answered at once', async () => {
    await start();
    const head = await service.app.inject({ method: 'HEAD', url: '/stream' });
    expect([head.statusCode, head.headers['content-type'], head.body]).toEqual([200, 'text/event-stream', '']);
    expect((await service.app.inject({ method: 'HEAD', url: '/stream?since=1' })).statusCode).toBe(400);
    const options = await service.app.inject({ method: 'OPTIONS', url: '/stream' });
    expect([options.statusCode, options.headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS']);
  });

  test('pages of other origins may follow; where reading needs a key, only who has one', async () => {
    await start({ readAccess: 'key' });
    const key = (await service.makeKey('reader')).text;
    const ask = async (headers: Readonly<Record<string, string>>) => {
      const response = await service.app.inject({ url: '/stream', headers: { origin: 'https://example.org', ...headers } });
      return [response.statusCode, response.headers['access-control-allow-origin']];
    };
    expect(await ask({})).toEqual([401, '*']);
    expect(await ask({ 'x-api-key': key })).toEqual([200, '*']);
  });
});
