/** TMDB's ids of titles, wherever an id is taken: they follow the events that link titles. */
import { eventText, type MovieEvent, partitionOf, type Tconst, titleIdOf, topicOfEvent } from '@rushes/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { type EntranceService, NOW_MS, startEntrances } from './entrance-service.ts';

const AT = new Date(NOW_MS).toISOString();
// as: well-formed
const [FIRST, SECOND] = [titleIdOf('tt0000001' as Tconst), titleIdOf('tt0000002' as Tconst)];
/** The one that is found if both are linked. */
const LOWEST = FIRST < SECOND ? FIRST : SECOND;

let service: EntranceService;
let key = '';
beforeEach(async () => {
  service = await startEntrances();
  key = (await service.makeKey('writer')).text;
});
afterEach(() => service.close());

let events = 0;
const tell = async (event: MovieEvent): Promise<void> => {
  const { movie_id } = event.payload;
  events += 1;
  await service.log.append([
    { partition: partitionOf(topicOfEvent(event.type), movie_id), key: movie_id, id: `event ${events}`, value: eventText(event) },
  ]);
  await service.project();
  await service.app.snapshots.poll();
};
const link = (movie_id: string, tmdb_id: number | null): Promise<void> =>
  tell({ type: 'movie_linked', version: 1, payload: { movie_id, source: 'tmdb', at: AT, tmdb_id } });

const get = async (url: string, headers: Record<string, string> = {}) => service.app.inject({ url, headers });
const idOf = async (url: string): Promise<unknown> => (await get(url)).json().data?.id;

test('a film is found by the id that links it, and shows it', async () => {
  await link(FIRST, 278);
  expect((await get('/movies/tmdb:278')).json().data).toMatchObject({ id: FIRST, tconst: 'tt0000001', tmdb_id: 278 });
  expect((await get('/movies/tt0000001')).json().data).toMatchObject({ tmdb_id: 278 });
  expect((await get('/movies?page_size=50')).json().data).toContainEqual(expect.objectContaining({ id: FIRST, tmdb_id: 278 }));
});

test.each(['titles', 'credits', 'sentiment', 'popularity'])('/movies/tmdb:278/%s is what it is under the own id', async (part) => {
  await link(FIRST, 278);
  const [byTmdb, byOwn] = [await get(`/movies/tmdb:278/${part}`), await get(`/movies/${FIRST}/${part}`)];
  expect(byTmdb.statusCode).toBe(200);
  expect(byTmdb.json().data).toEqual(byOwn.json().data);
  expect((await get(`/movies/tmdb:279/${part}`)).statusCode).toBe(404);
});

test('lists go on after it, and it is explained', async () => {
  await link(FIRST, 278);
  const after = await get('/movies?after_id=tmdb:278&page_size=3');
  expect(after.json().data).toEqual((await get(`/movies?after_id=${FIRST}&page_size=3`)).json().data);
  expect((await get('/movies?after_id=tmdb:279')).statusCode).toBe(400);
  expect((await get('/explain?movie_id=tmdb:278')).json().data).toMatchObject({ movie_id: FIRST });
});

test('what is posted to it is of the title, once, whichever id a retry names', async () => {
  await link(FIRST, 278);
  const post = (id: string) =>
    service.app.inject({
      method: 'POST',
      url: `/movies/${id}/ratings`,
      payload: { score: 8 },
      headers: { 'x-api-key': key, 'idempotency-key': 'one' },
    });
  const [byTmdb, byOwn] = [await post('tmdb:278'), await post('tt0000001')];
  expect([byTmdb.statusCode, byOwn.statusCode]).toEqual([202, 202]);
  expect(byOwn.json().data).toEqual(byTmdb.json().data);
  const ratings = (await service.events()).filter(({ event }) => event.type === 'rating_given');
  expect(ratings.map(({ event }) => event.payload.movie_id)).toEqual([FIRST]);
  expect((await post('tmdb:279')).statusCode).toBe(404);
});

test('an id that moves to another title is the other one’s, and a tag of before does not fit any more', async () => {
  await link(FIRST, 278);
  const { etag } = (await get('/movies/tmdb:278')).headers;
  expect((await get('/movies/tmdb:278', { 'if-none-match': String(etag) })).statusCode).toBe(304);
  await link(FIRST, null);
  expect((await get('/movies/tmdb:278')).statusCode).toBe(404);
  await link(SECOND, 278);
  expect(await idOf('/movies/tmdb:278')).toBe(SECOND);
  expect((await get('/movies/tmdb:278', { 'if-none-match': String(etag) })).statusCode).toBe(200);
});

test('of two titles that are linked to one id the one with the lowest key is found, in whatever order they were', async () => {
  await link(SECOND, 278);
  await link(FIRST, 278);
  expect(await idOf('/movies/tmdb:278')).toBe(LOWEST);
  await link(FIRST === LOWEST ? FIRST : SECOND, 5);
  expect(await idOf('/movies/tmdb:278')).toBe(FIRST === LOWEST ? SECOND : FIRST);
});

test('a title that nobody knows is not found by it, until somebody adds it', async () => {
  const movie_id = '00000000-0000-4000-8000-000000000042';
  await link(movie_id, 42);
  expect((await get('/movies/tmdb:42')).statusCode).toBe(404);
  const fields = { title: 'New', genres: [], year: null, runtime_minutes: null, rating: null };
  await tell({ type: 'movie_added', version: 1, payload: { movie_id, tconst: null, source: 'tmdb', at: AT, ...fields } });
  expect((await get('/movies/tmdb:42')).json().data).toMatchObject({ id: movie_id, tmdb_id: 42, title: 'New' });
});
