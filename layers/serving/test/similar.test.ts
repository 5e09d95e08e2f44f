/** `GET /movies/{id}/similar`: which films are compared, what is said of them, and that a request reads a bounded number of rows. */
import { countRoundTrips, counted } from '@rushes/ports/contracts/round-trips';
import { afterEach, expect, test } from 'vitest';

import { openPublication, takeSnapshot } from '../src/merge/snapshot.ts';
import { similarMovies } from '../src/answers/similar-movies.ts';
import { RATED_ON } from './activity-cells.ts';
import { type Catalog, type FilmFixture, idOf, publish } from './catalog.ts';
import { CATALOG } from './films.ts';
import { memoryBatchViews } from './memory-batch-views.ts';
import { type Service, startService } from './service.ts';

let service: Service;
afterEach(() => service.app.close());

interface Similar {
  readonly id: string;
  readonly title: string;
  readonly score: number;
  readonly parts: Readonly<Record<string, number>>;
  readonly reasons: {
    readonly people: readonly { readonly nconst: string; readonly as: readonly string[]; readonly there: readonly string[] }[];
    readonly genres: readonly string[];
    readonly years_apart: number | null;
  };
}
const similar = async (path: string, catalog: Catalog = CATALOG) => {
  service = await startService({ catalog });
  const response = await service.app.inject(path);
  const data = response.json().data;
  return { response, data, movies: (data?.movies ?? []) as readonly Similar[] }; // as: the contract
};

test('each film says why: who made both and as what, genres, years', async () => {
  const { data, movies } = await similar('/movies/tt0000001/similar?as_of=2020-01-01T00:00:00Z');
  expect(data).toMatchObject({
    id: idOf('tt0000001'),
    note: null,
    known: { people: 4, genres: ['Action', 'Drama'], keywords: 0, year: 2004 },
  });
  // Ada Brook (3 films), Bruno Calder (2), Cora Dunn (3) and Dario Eck (2) made others; series are no films.
  const [first] = movies;
  expect(first).toMatchObject({
    title: 'Élan Vital',
    // A writer of two films, an actress of three.
    parts: { people: 1 + 0.631, keywords: 0, year: 1, trend: 1 },
    reasons: {
      people: [
        { nconst: 'nm0000002', name: 'Bruno Calder', as: ['writer'], there: ['director'] },
        { nconst: 'nm0000003', name: 'Cora Dunn', as: ['actor'], there: ['actor'] },
      ],
      genres: ['Action'],
      years_apart: 0,
    },
  });
  expect(movies.map(({ title }) => title)).not.toContain('Lake House Ledger');
  expect(movies.map(({ id }) => id)).not.toContain(idOf('tt0000001'));
});

test('what trends comes somewhat earlier', async () => {
  const { movies } = await similar(`/movies/tt0000001/similar?as_of=${RATED_ON}&fields=score,parts`);
  // One rating in the window: 1.048 of 10 + 1.048, a fifth of it.
  expect(movies[0]?.parts['trend']).toBe(1.019);
});

test('a series is asked about by its people and genres, and films are answered', async () => {
  const { movies } = await similar('/movies/tt0000007/similar');
  expect(movies.map(({ title }) => title)).toContain('The Iron Tide');
  expect(movies.map(({ title }) => title)).not.toContain('Lake House Ledger: Pilot');
});

test('a title that nothing is known of has none, and says so; one that nobody knows is 404', async () => {
  const { data } = await similar('/movies/tt0000006/similar');
  expect(data).toMatchObject({ movies: [], considered: 0, note: expect.stringContaining('no genres') });
  expect((await service.app.inject('/movies/tt9999999/similar')).statusCode).toBe(404);
  expect((await service.app.inject('/movies/tmdb:12345/similar')).statusCode).toBe(404);
});

test('an adult film is never answered, also where an adult film is asked about', async () => {
  const film = (n: number, adult: boolean): FilmFixture => ({
    tconst: `tt000000${n}`,
    title: `Film ${n}`,
    adult,
    genres: ['Drama'],
    directors: ['nm0000001'],
  });
  const catalog = { films: [film(1, true), film(2, true), film(3, false), film(4, false)], people: { nm0000001: 'Ada Brook' } };
  expect((await similar('/movies/tt0000001/similar', catalog)).movies.map(({ title }) => title).toSorted()).toEqual(['Film 3', 'Film 4']);
  await service.app.close();
  expect((await similar('/movies/tt0000003/similar', catalog)).movies.map(({ title }) => title)).toEqual(['Film 4']);
});

/** Somebody who made 1,001 films, and somebody who made two of them and one of another genre. */
const CROWD: Catalog = {
  people: { nm0000001: 'Ada Brook', nm0000002: 'Bruno Calder' },
  films: Array.from({ length: 1001 }, (_, at): FilmFixture => {
    const tconst = `tt${String(at + 1).padStart(7, '0')}`;
    const rare = at < 3 ? ['nm0000002'] : [];
    return {
      tconst,
      title: `Film ${at + 1}`,
      year: 2000,
      votes: at,
      rating: 70,
      genres: [at === 2 ? 'War' : 'Drama'],
      directors: ['nm0000001', ...rare],
    };
  }),
};

test('of many films few are read: whoever made too many brings none, but counts where a film is there for another reason', async () => {
  const { data, movies } = await similar('/movies/tt0000001/similar?limit=50', CROWD);
  // Two of Bruno Calder's, and the hundred most voted dramas.
  expect(data.considered).toBe(102);
  expect(movies[0]).toMatchObject({ title: 'Film 2', reasons: { people: [{ nconst: 'nm0000001' }, { nconst: 'nm0000002' }] } });
  expect(movies.every(({ reasons }) => reasons.people.some(({ nconst }) => nconst === 'nm0000001'))).toBe(true);
});

test('a request makes at most 8 calls of the views, however many films there are', async () => {
  service = await startService({ catalog: undefined });
  const views = memoryBatchViews();
  const publication = await publish(views, 1, 1, CROWD);
  const trips = countRoundTrips();
  const open = await openPublication(counted(views, trips), publication, () => {});
  const snapshot = takeSnapshot(open, 'test', undefined, false);
  trips.reset();
  // A moment for which activity was not read before takes calls of its own: 504 rows, 20 a call.
  await similarMovies(snapshot, { id: 'tt0000001', limit: 50, fields: undefined, asOfMs: 0 });
  trips.reset();
  await similarMovies(snapshot, { id: 'tt0000001', limit: 50, fields: undefined, asOfMs: 0 });
  expect(trips.total(), JSON.stringify(trips.byMethod())).toBeLessThanOrEqual(8);
  open.release();
});
