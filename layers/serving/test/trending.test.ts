/** `GET /trending/movies` over a version and events after it: what is in it, who asks for what, and what its entity tag follows from. */
import { afterEach, beforeEach, expect, test } from 'vitest';

import { RATED_ON } from './activity-cells.ts';
import { idOf, publish } from './catalog.ts';
import { CATALOG } from './films.ts';
import { type Service, startService } from './service.ts';

let service: Service;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service.app.close());

interface Shown {
  readonly id: string;
  readonly title: string;
  readonly rank: number;
  readonly type: string;
  readonly genres: readonly string[];
  readonly is_adult: boolean;
}
const trending = async (query: string) => {
  const response = await service.app.inject(`/trending/movies?${query}`);
  return { response, movies: (response.json().data?.movies ?? []) as readonly Shown[] }; // as: the contract
};

test('films alone, without adult ones unless they are asked for, each with its rank', async () => {
  const day = `as_of=${RATED_ON}&limit=100`;
  const { movies } = await trending(day);
  expect(movies.length).toBeGreaterThan(2);
  expect(movies.map(({ rank }) => rank)).toEqual(movies.map((_, n) => n + 1));
  expect(movies.every(({ type, is_adult }) => type === 'movie' && !is_adult)).toBe(true);
  // All were rated alike: the order is that of ids.
  expect(movies.map(({ id }) => id)).toEqual(movies.map(({ id }) => id).toSorted());
  expect((await trending(`${day}&limit=2`.replace('&limit=100', ''))).movies).toEqual(movies.slice(0, 2));
  const [all, only] = [(await trending(`${day}&adult=include`)).movies, (await trending(`${day}&adult=only`)).movies];
  expect(all.length).toBe(movies.length + only.length);
  expect(only.every(({ is_adult }) => is_adult)).toBe(true);
  expect(CATALOG.films.some(({ tconst, type }) => type === 'tvSeries' && all.every(({ id }) => id !== idOf(tconst)))).toBe(true);
});

test('a genre, whatever the case, and ranks within it; one that nothing has is a typo', async () => {
  const { movies } = await trending(`as_of=${RATED_ON}&limit=100`);
  const genre = movies.find(({ genres }) => genres.length > 0)?.genres[0] ?? '';
  const some = (await trending(`as_of=${RATED_ON}&limit=100&genre=${genre.toUpperCase()}`)).movies;
  expect(some.map(({ id }) => id)).toEqual(movies.filter(({ genres }) => genres.includes(genre)).map(({ id }) => id));
  expect(some.map(({ rank }) => rank)).toEqual(some.map((_, n) => n + 1));
  const { response } = await trending('genre=Dramma');
  expect([response.statusCode, response.json().errors[0].name]).toEqual([400, 'genre']);
});

test('one rating, seen from windows that have it, that had it before, and that do not have it', async () => {
  const first = async (query: string) =>
    (await trending(`${query}&fields=rank,previous_rank,score,velocity,acceleration,activity`)).movies[0];
  const activity = { ratings: 1, average_rating: 7, reviews: 0, average_sentiment: null };
  expect(await first(`window=1h&as_of=${RATED_ON}`)).toEqual({
    rank: 1,
    previous_rank: null,
    score: 1.048,
    velocity: 1,
    acceleration: 1,
    activity,
  });
  // A quarter of the window later it weighs half: 0.5 × 22/21.
  expect(await first('window=24h&as_of=2026-02-28T06:00:00Z')).toMatchObject({ score: 0.524, velocity: 0.041667 });
  for (const gone of [
    'window=1h&as_of=2026-02-28T01:00:00Z',
    'window=30d&as_of=2020-01-01T00:00:00Z',
    'window=90d&as_of=2090-01-01T00:00:00Z',
  ])
    expect(await first(gone)).toBeUndefined();
});

test('says which time it is about', async () => {
  const { response } = await trending('window=7d&as_of=2026-02-28T12:34:56Z');
  expect(response.json().data).toMatchObject({ window: '7d', from: '2026-02-21T13:00:00.000Z', to: '2026-02-28T13:00:00.000Z' });
});

test('a version of before there was the view answers everything else, and says why not this', async () => {
  const { views, ...publication } = await publish(service.views, 2, 2, CATALOG);
  const { activity: _activity, ...before } = views;
  await service.views.insertPublication({ ...publication, number: 3, version: 3, views: before });
  const asked = async (path: string) => (await service.app.inject(path)).statusCode;
  expect([await asked('/movies?batch_version=3'), await asked('/trending/movies?batch_version=2')]).toEqual([200, 200]);
  const { response } = await trending('batch_version=3');
  expect([response.statusCode, response.json().detail]).toEqual([503, expect.stringContaining('the view activity, which version 3')]);
  expect(response.headers['retry-after']).toBeDefined();
});
