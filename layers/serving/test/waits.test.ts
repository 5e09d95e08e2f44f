/** All that one request asks of places that replicas share counts together: each call is handed what the request has waited so far. */
import { createMemoryRateLimiter } from '@rushes/adapters/memory-rate-limiter';
import type { Cache, CacheOptions, Caches, RateLimiter, Waited } from '@rushes/ports';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { type EntranceService, startEntrances } from './entrance-service.ts';

/** Longer than the threshold from which answers are compressed. */
const LIST = '/movies?page_size=100';

let service: EntranceService;
let key = '';
let calls: { readonly name: string; readonly waited: Waited | undefined; readonly waitedMs: number | undefined }[] = [];

/** Every call takes a millisecond of the request's time. */
const noted = (name: string, waited: Waited | undefined): void => {
  if (waited !== undefined) waited.ms += 1;
  calls.push({ name, waited, waitedMs: waited?.ms });
};

const slowLimiter = (limiter: RateLimiter): RateLimiter => ({
  ...limiter,
  take: (client, waited) => {
    noted('take', waited);
    return limiter.take(client);
  },
});

const slowCaches = (caches: Caches): Caches => ({
  cache: <Value>(options: CacheOptions<Value>) => {
    const cache: Cache<Value> = caches.cache(options);
    const name = (what: string): string => `${what} ${options.name}`;
    const slow: Cache<Value> = {
      ...cache,
      get: (at, waited) => {
        noted(name('get'), waited);
        return cache.get(at);
      },
      set: (at, value, ttlMs, waited) => {
        noted(name('set'), waited);
        return cache.set(at, value, ttlMs);
      },
      resolve: (at, compute, waited) => {
        noted(name('resolve'), waited);
        return cache.resolve(at, compute);
      },
    };
    return slow;
  },
  claims: (options) => {
    const claims = caches.claims(options);
    return {
      ...claims,
      claim: (name, owner, ttlMs, waited) => {
        noted('claim', waited);
        return claims.claim(name, owner, ttlMs);
      },
      release: (name, owner, waited) => {
        noted('release', waited);
        return claims.release(name, owner);
      },
    };
  },
});

beforeEach(async () => {
  calls = [];
  service = await startEntrances({
    rateLimiter: createMemoryRateLimiter({ perMinute: 600, burst: 100 }),
    wrap: (name, store) => {
      // as: what stands in the place of each
      if (name === 'caches') return slowCaches(store as unknown as Caches) as unknown as typeof store;
      return name === 'limiter' ? (slowLimiter(store as unknown as RateLimiter) as unknown as typeof store) : store;
    },
    wrapLog: (log) => ({ ...log, append: (records) => (isLogAway ? Promise.reject(new Error('away')) : log.append(records)) }),
  });
  key = (await service.makeKey('writer')).text;
});
let isLogAway = false;
afterEach(() => {
  isLogAway = false;
  return service.close();
});

let posted = 0;
const post = () =>
  service.app.inject({
    method: 'POST',
    url: '/movies',
    payload: { title: 'Night Ferry', imdb_link: `https://www.imdb.com/title/tt${1_000_000 + posted++}/` },
    headers: { 'x-api-key': key },
  });

test.each([
  [
    'a list, compressed',
    () => service.app.inject({ url: LIST, headers: { 'accept-encoding': 'gzip' } }),
    200,
    ['take', 'get responses', 'resolve responses', 'resolve responses'],
  ],
  ['a movie that is posted', post, 202, ['take', 'resolve receipts', 'claim']],
  ['one that the log does not take', () => ((isLogAway = true), post()), 503, ['take', 'resolve receipts', 'claim', 'release']],
])('%s: every call counts for its request', async (_what, send, status, expected) => {
  for (let n = 0; n < 2; n++) {
    calls = [];
    const { statusCode } = await send();
    expect(statusCode).toBe(status);
    if (n === 0) expect(calls.map(({ name }) => name)).toEqual(expected);
    expect(new Set(calls.map(({ waited }) => waited)).size, 'one count').toBe(1);
    expect(
      calls.map(({ waitedMs }) => waitedMs),
      'of this request alone',
    ).toEqual(calls.map((_call, at) => at + 1));
  }
});
