/** Requests in flight while versions are published, rolled back and dropped: each answers from one version, start to end. */
import { setImmediate as turn } from 'node:timers/promises';

import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import type { Cache, CacheOptions, Caches } from '@rushes/ports';
import { expect, test } from 'vitest';

import { publish, type Catalog } from './catalog.ts';
import { FILMS, PEOPLE } from './films.ts';
import { startService } from './service.ts';

const VIEW_COUNT = 15;

/** A catalog that says in every answer which version it is. */
const marked = (version: number): Catalog => ({
  films: FILMS.map((film) => ({ ...film, title: `v${version} ${film.title}`, names: { XX: `v${version}` }, genres: [`v${version}`] })),
  people: Object.fromEntries(Object.keys(PEOPLE).map((nconst) => [nconst, `v${version}`])),
});

/** Several reads each, from several artefacts. */
const URLS = [
  '/movies/tt0000001',
  '/top_movies',
  '/top_movies/credits',
  '/top_movies_by_genre',
  '/search/movies?q=iron&facets=true',
  '/people/nm0000003/network',
  '/movies?count=true&page_size=2',
];

/** As where answers are looked for on another host: versions are published while it takes its time. */
const distantCaches = (): Caches => {
  const own = createMemoryCaches();
  const travel = async (): Promise<void> => {
    for (let turns = 0; turns < 5; turns += 1) await turn();
  };
  return {
    claims: (options) => own.claims(options),
    cache<Value>(options: CacheOptions<Value>): Cache<Value> {
      const near = own.cache(options);
      return {
        ...near,
        async get(key) {
          await travel();
          return near.get(key);
        },
        resolve: (key, compute) =>
          near.resolve(key, async () => {
            await travel();
            return compute();
          }),
      };
    },
  };
};

test.each([
  ['memory', createMemoryCaches],
  ['a distant place', distantCaches],
])('every answer is of one version, and no reader is left open, with answers kept in %s', async (_place, caches) => {
  const { app, views } = await startService({ catalog: marked(1), serving: { responseCacheBytes: 0 }, caches: caches() });
  let seed = 1;
  // Reads take some turns of the loop, different ones, so that switches fall between the reads of one answer.
  views.beforeRead = async () => {
    seed = (seed * 48_271) % 2_147_483_647;
    for (let turns = seed % 4; turns > 0; turns -= 1) await turn();
  };
  const seen = new Set<number>();
  let switched = 0;
  const asking = new AbortController();

  const ask = async (worker: number): Promise<void> => {
    for (let round = 0; round < 40; round += 1) {
      const url = URLS[(worker + round) % URLS.length] ?? '/movies';
      const response = await app.inject(
        `${url}${url.includes('?') ? '&' : '?'}${url === '/movies/tt0000001' ? 'fields=title,directors' : ''}`.replace(/[?&]$/, ''),
      );
      expect(response.statusCode).toBe(200);
      const { version } = response.json().meta.batch;
      expect(response.headers['rushes-batch-version']).toBe(String(version));
      const versions = new Set(response.body.match(/\bv\d+\b/g));
      expect([url, ...versions]).toEqual([url, `v${version}`]);
      seen.add(version);
    }
  };
  const publishAll = async (): Promise<void> => {
    for (let number = 2; !asking.signal.aborted; number += 1) {
      // Every third publication is a rollback to version 1.
      const version = number % 3 === 0 ? 1 : number;
      await publish(views, number, version, marked(version));
      await app.snapshots.poll();
      for (const artefact of await views.listArtefacts()) if (!artefact.endsWith(`-${version}`)) await views.dropArtefact(artefact);
      switched += 1;
      await turn();
    }
  };
  const publishing = publishAll();
  await Promise.all(Array.from({ length: 8 }, (_, worker) => ask(worker)));
  asking.abort();
  await publishing;

  expect(switched).toBeGreaterThan(20);
  expect(seen.size).toBeGreaterThan(5);
  await turn();
  expect(views.openReaders).toBe(VIEW_COUNT);
  await app.close();
  await turn();
  expect(views.openReaders).toBe(0);
});

test('an answer under way when its version is replaced and dropped is finished from it', async () => {
  const { app, views } = await startService({ catalog: marked(1) });
  const gate = Promise.withResolvers<void>();
  views.beforeRead = () => gate.promise;
  const slow = app.inject('/top_movies');
  await turn();
  await publish(views, 2, 2, marked(2));
  await app.snapshots.poll();
  for (const artefact of await views.listArtefacts()) if (artefact.endsWith('-1')) await views.dropArtefact(artefact);
  expect(views.openReaders).toBe(2 * VIEW_COUNT);
  gate.resolve();
  expect((await slow).json().meta.batch.version).toBe(1);
  expect((await app.inject('/top_movies')).json().meta.batch.version).toBe(2);
  expect(views.openReaders).toBe(VIEW_COUNT);
  await app.close();
});

test('an answer that came too late to be waited for still reads from open artefacts', async () => {
  const { app, views } = await startService({ catalog: marked(1), serving: { handlerTimeoutMs: 5 } });
  const gate = Promise.withResolvers<void>();
  views.beforeRead = () => gate.promise;
  const response = await app.inject('/top_movies');
  expect(response.statusCode).toBe(503);
  expect(response.headers).toMatchObject({ 'retry-after': '5', 'content-type': 'application/problem+json; charset=utf-8' });
  await publish(views, 2, 2, marked(2));
  await app.snapshots.poll();
  expect(views.openReaders).toBe(2 * VIEW_COUNT);
  gate.resolve();
  while (views.openReaders > VIEW_COUNT) await turn();
  expect((await app.inject('/top_movies')).json().meta.batch.version).toBe(2);
  await app.close();
});
