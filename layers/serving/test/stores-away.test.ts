/** Each store is taken away under each route: what needs it is 503 with `Retry-After`, everything else answers as before, and nothing is ever 500. */
import { createMemoryRateLimiter } from '@rushes/adapters/memory-rate-limiter';
import { StoreFault, StoreUnavailable } from '@rushes/ports';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { DEFAULT_OPTIONS } from '../src/options.ts';
import { type EntranceService, startEntrances, type WrappedStore } from './entrance-service.ts';

const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
const LOCATION = 'tcp://10.0.0.1';

const KINDS = {
  'out of reach': {
    retryAfterS: '5',
    error: (location: string, operation: string) => new StoreUnavailable({ location, operation, reason: 'is out of reach' }),
  },
  'out of order': {
    retryAfterS: '60',
    error: (location: string, operation: string) => new StoreFault({ location, operation, reason: 'is damaged', hint: 'Mend it.' }),
  },
} as const;

/** What is away now. */
let away: { readonly store: WrappedStore; readonly kind: keyof typeof KINDS } | undefined;

/** A call that fails, whether its answer is awaited or iterated. */
const failing = (reason: Error): unknown => {
  const rejected = Promise.reject(reason);
  rejected.catch(() => undefined);
  return Object.assign(rejected, { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(reason) }) });
};

/** The store, and what it opens, which fail in everything but listening and closing while the store is away. */
const breakable = <Store extends object>(name: WrappedStore, store: Store): Store =>
  new Proxy(store, {
    get: (target, property) => {
      const member: unknown = Reflect.get(target, property);
      if (property === 'location') return LOCATION;
      if (typeof member !== 'function' || typeof property !== 'string' || /^(on[A-Z]|close$)/.test(property)) return member;
      return (...args: readonly unknown[]): unknown => {
        const call = (): unknown => Reflect.apply(member, target, args);
        if (property === 'cache' || property === 'claims') return breakable(name, call() as object); // as: a cache, or claims
        if (away?.store === name) return failing(KINDS[away.kind].error(LOCATION, property));
        return property === 'open' ? (call() as Promise<object>).then((reader) => breakable(name, reader)) : call(); // as: a reader
      };
    },
  });

interface Case {
  readonly request: InjectOptions & { readonly url: string };
  /** While all stores are there. */
  readonly status: number;
  readonly needs: readonly WrappedStore[];
}

const get = (url: string, needs: readonly WrappedStore[], headers: Readonly<Record<string, string>> = {}, status = 200): Case => ({
  request: { url, headers },
  status,
  needs,
});

const FILM = '/movies/tt0000001';
/** But for the last of 18 partitions. */
const BEGINNING = Array.from({ length: 17 }, () => 0).join('.');
/** Each begins elsewhere: what was read for one is kept for who begins at the same place. */
let followed = 0;
const MOVIE = { title: 'Night Ferry', genres: ['Drama'], year: 2025 };
const linkTo = (number: number): string => `https://www.imdb.com/title/tt${String(number).padStart(7, '0')}/`;
/** Each posts another movie. */
let posted = 5_000_000;

/** By method and path, as the contract names them; where a route can need more than one thing, words follow. */
const cases = (key: string): Readonly<Record<string, Case>> => {
  const post = (url: string, payload: object, needs: readonly WrappedStore[], headers = {}, status = 202): Case => ({
    request: { method: 'POST', url, payload, headers: { 'x-api-key': key, ...headers } },
    status,
    needs: [...needs, 'log', 'keys', 'caches'],
  });
  return {
    'GET /': get('/', []),
    'GET /docs': get('/docs', []),
    'GET /openapi.json': get('/openapi.json', []),
    'GET /health': get('/health', []),
    'GET /health/live': get('/health/live', []),
    'GET /health/ready': get('/health/ready', []),
    'GET /metrics': get('/metrics', []),
    'GET /movies': get('/movies', ['views']),
    'GET /movies of an earlier version': get('/movies?batch_version=1', ['views']),
    'GET /movies beyond the log': get('/movies', ['log'], { 'rushes-min-position': '99.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0' }, 400),
    'GET /movies with a key': get('/movies', ['views'], { 'x-api-key': key }),
    'GET /movies/{id}': get(FILM, ['views']),
    'GET /movies/{id}/titles': get(`${FILM}/titles`, ['views']),
    'GET /movies/{id}/credits': get(`${FILM}/credits`, ['views']),
    'GET /movies/{id}/similar': get(`${FILM}/similar`, ['views']),
    'GET /movies/{id}/sentiment': get(`${FILM}/sentiment`, ['views']),
    'GET /movies/{id}/popularity': get(`${FILM}/popularity`, ['views']),
    'GET /search/movies': get('/search/movies?q=iron', ['views']),
    'GET /trending/movies': get('/trending/movies', ['views']),
    'GET /analytics/genre/{genre}': get('/analytics/genre/drama', ['views']),
    'GET /analytics/yearly': get('/analytics/yearly', ['views']),
    'GET /explain/films': get('/explain/films', ['views']),
    'GET /analytics/trends': get('/analytics/trends?movie_id=tt0000001', ['views']),
    'GET /analytics/trends of a genre': get('/analytics/trends?genre=Drama', ['views']),
    'GET /analytics/trends of popularity': get('/analytics/trends?movie_id=tt0000001&metric=popularity', ['views']),
    'GET /analytics/anomalies': get('/analytics/anomalies', ['views']),
    'GET /titles': get('/titles', ['views']),
    'GET /genres': get('/genres', ['views']),
    'GET /top_movies': get('/top_movies', ['views']),
    'GET /top_movies/credits': get('/top_movies/credits', ['views']),
    'GET /top_movies_by_genre': get('/top_movies_by_genre', ['views']),
    'GET /top_actors': get('/top_actors', ['views']),
    'GET /people/{nconst}': get('/people/nm0000001', ['views']),
    'GET /people/{nconst}/network': get('/people/nm0000001/network', ['views']),
    'GET /explain': get('/explain?movie_id=tt0000001', ['views']),
    'GET /explain/activity': get('/explain/activity?movie_id=tt0000001&date=2026-02-28', ['views']),
    'GET /explain/popularity': get('/explain/popularity?movie_id=tt0000001&date=2026-02-28', ['views']),
    'GET /changes': get('/changes', ['speed']),
    // What comes later is told once the store is there again.
    'GET /stream': get('/stream', []),
    'GET /stream from a position on': get(`/stream?since=${BEGINNING}.${(followed += 1)}`, ['speed']),
    'GET /stream of a genre': get('/stream?genre=Noir', ['views'], {}, 400),
    'GET /stream of the top movies': get('/stream?view=top_movies', ['views']),
    'GET /catalog': get('/catalog', ['objects']),
    'POST /movies': post('/movies', MOVIE, []),
    'POST /movies of IMDb': post('/movies', { ...MOVIE, imdb_link: linkTo(++posted) }, ['views']),
    'POST /movies again': post('/movies', { ...MOVIE, imdb_link: linkTo(1) }, ['views'], { 'idempotency-key': 'again' }, 409),
    'POST /movies/{id}/ratings': post(`${FILM}/ratings`, { score: 8 }, ['views']),
    'POST /movies/{id}/reviews': post(`${FILM}/reviews`, { text: 'Fine.' }, ['views']),
  };
};

const STORES: readonly WrappedStore[] = ['views', 'objects', 'speed', 'log', 'keys', 'caches', 'limiter'];
/** Whoever asks for a stream here waits for its end. */
const SERVING = { responseCacheBytes: 0, minPositionWaitMs: 0, eventStreams: { ...DEFAULT_OPTIONS.eventStreams, maxMs: 1 } };
const start = (serving = {}): Promise<EntranceService> =>
  startEntrances({
    wrap: breakable,
    serving: { ...SERVING, ...serving },
    rateLimiter: createMemoryRateLimiter({ perMinute: 1_000_000, burst: 1_000_000 }),
  });

describe('a service whose stores are taken away', () => {
  let service: EntranceService;
  let key = '';
  beforeAll(async () => {
    service = await start();
    key = (await service.makeKey('writer')).text;
    await service.app.inject({ method: 'POST', url: '/movies/tt0000002/ratings', payload: { score: 7 }, headers: { 'x-api-key': key } });
    await service.project();
    await service.app.snapshots.poll();
  });
  afterAll(async () => {
    away = undefined;
    await service.close();
  });

  const expectHealthy = async (): Promise<void> => {
    const statuses: Record<string, number> = {};
    for (const [name, { request }] of Object.entries(cases(key))) statuses[name] = (await service.app.inject(request)).statusCode;
    expect(statuses).toEqual(Object.fromEntries(Object.entries(cases(key)).map(([name, { status }]) => [name, status])));
  };

  test('is asked for everything that the contract has', async () => {
    const { paths } = (await service.app.inject('/openapi.json')).json();
    const routes = Object.entries<object>(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.filter((route) => !(route in cases(key)))).toEqual([]);
    await expectHealthy();
  });

  test.each(STORES.flatMap((store) => (['out of reach', 'out of order'] as const).map((kind) => ({ store, kind }))))(
    '$store $kind',
    async ({ store, kind }) => {
      // What was looked up of keys is forgotten by now.
      service.advance(3_000);
      away = { store, kind };
      await service.app.snapshots.poll();
      const wrong: Record<string, unknown> = {};
      for (const [name, { request, needs, status }] of Object.entries(cases(key))) {
        const response = await service.app.inject(request);
        const found = [response.statusCode, response.headers['content-type'], response.headers['retry-after']];
        const isRight = needs.includes(store)
          ? response.statusCode === 503 &&
            response.headers['content-type'] === PROBLEM_TYPE &&
            response.headers['cache-control'] === 'no-store' &&
            // What could not be posted may be tried again soon, whatever the reason.
            (response.headers['retry-after'] === KINDS[kind].retryAfterS ||
              (request.method === 'POST' && response.headers['retry-after'] === '5'))
          : response.statusCode === status;
        if (!isRight || /10\.0\.0\.1|Mend it/.test(response.body)) wrong[name] = [...found, response.body.slice(0, 300)];
      }
      expect(wrong).toEqual({});
      away = undefined;
      service.advance(3_000);
      await service.app.snapshots.poll();
      await expectHealthy();
    },
  );
});

test('where reading needs a key, nothing is read while keys are away', async () => {
  const service = await start({ readAccess: 'key' });
  const key = (await service.makeKey('reader')).text;
  away = { store: 'keys', kind: 'out of reach' };
  const reads = Object.entries(cases(key)).filter(([, { request, needs }]) => request.method === undefined && needs.length > 0);
  const statuses = new Set<string>();
  for (const [, { request }] of reads) {
    const { statusCode, headers } = await service.app.inject({ ...request, headers: { ...request.headers, 'x-api-key': key } });
    statuses.add(`${statusCode} ${headers['retry-after']}`);
  }
  away = undefined;
  await service.close();
  expect([...statuses]).toEqual(['503 5']);
});
