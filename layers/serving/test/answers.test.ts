/** What each route answers, from the made-up catalog. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { idOf, movieObject, type FilmFixture } from './catalog.ts';
import { CATALOG, FILMS, PEOPLE } from './films.ts';
import { startService, type Service } from './service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.app.close());

const data = async (url: string) => {
  const response = await service.app.inject(url);
  expect(response.statusCode).toBe(200);
  return response.json().data;
};

const film = (tconst: string): FilmFixture => {
  const found = FILMS.find((one) => one.tconst === tconst);
  if (found === undefined) throw new Error(`no film ${tconst}`);
  return found;
};

const idsOf = (rows: readonly { readonly tconst: string }[]): readonly string[] => rows.map(({ tconst }) => tconst.slice(-1));

// Ties are in the order of the ids: 5, 4, 1, 6, 3, 2.
describe('/movies', () => {
  test.each([
    ['', '124365'],
    ['?genre=Action&rating_gt=8.5&sort=rating', '1'],
    ['?genre=Action&rating_gte=8.5&sort=rating', '21'],
    ['?genre=Action&rating_gte=8.5&sort=rating&desc', '12'],
    ['?genre=Action&genre=Drama', '1'],
    ['?rating_gt=1.1', '1243'],
    ['?rating_gte=1.1', '12436'],
    ['?rating_lt=8.15', '436'],
    ['?year_from=2004&year_to=2004', '12'],
    ['?votes_gte=700&sort=year&desc=false', '3412'],
    ['?runtime_from=88&runtime_to=95', '24'],
    ['?sort=runtime&desc=true', '124653'],
    ['?sort=runtime&desc=false', '642153'],
    ['?sort=title&desc=false', '263415'],
    ['?type=tvSeries', '7'],
    ['?type=all&page_size=3', '712'],
    ['?type=all&genre=Crime', '78'],
    ['?type=tvShort', ''],
  ])('%s', async (query, expected) => {
    expect(idsOf(await data(`/movies${query}`)).join('')).toBe(expected);
  });

  test('shows the stored document, byte for byte', async () => {
    const response = await service.app.inject('/movies?rating_gte=8.8');
    expect(response.body).toContain(`"data":[${JSON.stringify(movieObject(film('tt0000001')))}]`);
  });
});

describe('/movies/{id}', () => {
  test.each(['tt0000001', idOf('tt0000001'), idOf('tt0000001').toUpperCase()])('is found by %s', async (id) => {
    expect(await data(`/movies/${id}`)).toEqual({
      ...movieObject(film('tt0000001')),
      directors: [{ nconst: 'nm0000001', name: 'Ada Brook' }],
      writers: [
        { nconst: 'nm0000002', name: 'Bruno Calder' },
        { nconst: 'nm0000005', name: null },
      ],
      cast: [
        { nconst: 'nm0000003', name: 'Cora Dunn', category: 'actor', characters: ['Somebody'] },
        { nconst: 'nm0000004', name: 'Dario Eck', category: 'actor', characters: ['Somebody'] },
      ],
      ratings: { imdb: { rating: 8.8, votes: 90_000 }, live: { rating: null, votes: 0 } },
    });
  });

  test('has empty lists and no rating where nothing is known', async () => {
    expect(await data('/movies/tt0000005')).toMatchObject({
      directors: [],
      writers: [],
      cast: [],
      rating: null,
      ratings: { imdb: { rating: null, votes: null }, live: { rating: null, votes: 0 } },
    });
  });

  test('has different titles and credits', async () => {
    const names = await data('/movies/tt0000001/titles');
    expect(names.map(({ title, types }: { title: string; types: readonly string[] }) => [title, ...types])).toEqual([
      ['The Iron Tide', 'primary'],
      ['The Iron Tide', 'original'],
      ['La marée de fer', 'imdbDisplay'],
      ['Die eiserne Flut', 'imdbDisplay'],
    ]);
    const credits = await data('/movies/tt0000001/credits');
    expect(credits.map(({ category }: { category: string }) => category)).toEqual(['actor', 'actor', 'director', 'writer', 'writer']);
    expect(await data('/movies/tt0000006/credits')).toEqual([]);
  });

  test.each([
    '/movies/tt9999999',
    '/movies/tmdb:278',
    '/movies/00000000-0000-4000-8000-000000000000',
    '/movies/tt9999999/titles',
    '/movies/tt9999999/credits',
    '/people/nm9999999',
    '/people/nm9999999/network',
  ])('%s is 404', async (url) => {
    const response = await service.app.inject(url);
    expect(response.statusCode).toBe(404);
    expect(response.headers).toMatchObject({ 'content-type': 'application/problem+json; charset=utf-8', 'cache-control': 'no-store' });
    expect(response.headers).not.toHaveProperty('etag');
  });
});

describe('/titles', () => {
  test.each([
    ['', '71283465'],
    ['?primary_title_contains=LEDGER', '78'],
    ['?primary_title_contains=elan', '2'],
    ['?primary_title=Quiet%20Harbour', '3'],
    ['?original_title=Quiet%20Harbour', '3'],
    ['?title_key=tt0000004', '4'],
    [`?title_key=${idOf('tt0000004').toUpperCase()}`, '4'],
    ['?title_type=tvEpisode', '8'],
    ['?directors=Ada%20Brook', '1'],
    ['?writers=Bruno%20Calder&writers=Dario%20Eck', '7'],
    ['?genres=Crime&genres=Drama', '7'],
    ['?hasDirectors=true', '12'],
    ['?hasDirectors=false', '783465'],
    ['?hasWriters=true', '713'],
    ['?hasEnded=true', '7'],
    ['?hasEnded=false&hasWriters=true', '13'],
    ['?numOfGenres=0', '6'],
    ['?numWriters_from=2', '71'],
    ['?numDirectors_to=0&numVotes_from=3000', '78'],
    ['?releaseYear=2017&runtimeMinutes=60', '8'],
    ['?releaseYear_from=2005&releaseYear_to=2018', '78'],
    ['?endYear=2022', '7'],
    ['?endYear_from=2000', '7'],
    ['?averageRating=8.5', '72'],
    ['?averageRating=8.55', ''],
    ['?averageRating_from=8.45&averageRating_to=8.55', '72'],
    ['?averageRating=8.5&averageRating_from=9', ''],
    ['?numVotes=15', '6'],
    ['?sort=averageRating&averageRating_from=8.5', '127'],
  ])('%s', async (query, expected) => {
    const rows: readonly { title_key: string }[] = await data(`/titles${query}`);
    expect(new Set(rows.map(({ title_key }) => title_key.slice(-1)))).toEqual(new Set(expected));
  });

  test('is sorted by votes, those without last', async () => {
    const rows: readonly { numVotes: number | null }[] = await data('/titles');
    expect(rows.map(({ numVotes }) => numVotes)).toEqual([300_000, 90_000, 12_000, 4_000, 700, 700, 15, null]);
  });
});

describe('tops', () => {
  test('/genres counts movies', async () => {
    expect(await data('/genres')).toEqual([
      { genre: 'Action', movies: 2 },
      { genre: 'Crime', movies: 0 },
      { genre: 'Drama', movies: 3 },
      { genre: 'Thriller', movies: 2 },
    ]);
  });

  test('/top_movies ranks movies by votes times rating, with exact scores and their titles', async () => {
    const rows: readonly { tconst: string; score: number; titles: readonly unknown[] }[] = await data('/top_movies');
    const rated = CATALOG.films.filter(({ votes }) => votes !== null && votes !== undefined);
    const average = rated.reduce((sum, { votes }) => sum + (votes ?? 0), 0) / rated.length;
    expect(idsOf(rows).slice(0, 2).join('')).toBe('12');
    expect(idsOf(rows).slice(2).toSorted().join('')).toBe('34');
    for (const row of rows) {
      const { votes, rating } = film(row.tconst);
      expect(row.score).toBeCloseTo(((votes ?? 0) / average) * ((rating ?? 0) / 10), 3);
    }
    expect(rows[0]?.titles).toHaveLength(4);
    expect(await data('/top_movies?limit=1&fields=tconst,score')).toEqual([{ tconst: 'tt0000001', score: rows[0]?.score }]);
    expect(idsOf(await data('/top_movies?min_votes=0')).join('')).toHaveLength(5);
    expect(await data('/top_movies?min_votes=1000000')).toEqual([]);
  });

  test('/top_movies/credits counts films, not credits', async () => {
    expect(await data('/top_movies/credits?limit=3')).toEqual([
      { nconst: 'nm0000003', name: 'Cora Dunn', credits: 3, categories: ['actor'] },
      // Writer and actor of one film, director of another.
      { nconst: 'nm0000001', name: 'Ada Brook', credits: 2, categories: ['actor', 'director', 'writer'] },
      { nconst: 'nm0000002', name: 'Bruno Calder', credits: 2, categories: ['director', 'writer'] },
    ]);
    const one: readonly { nconst: string; credits: number }[] = await data('/top_movies/credits?movies=1');
    expect(one.map(({ nconst, credits }) => [nconst, credits])).toEqual(Object.keys(PEOPLE).map((nconst) => [nconst, 1]));
  });

  test('/top_actors leaves out who never acted', async () => {
    const rows: readonly { nconst: string; films: number }[] = await data('/top_actors?fields=nconst,films');
    expect(rows).toEqual([
      { nconst: 'nm0000003', films: 3 },
      { nconst: 'nm0000004', films: 2 },
      { nconst: 'nm0000001', films: 1 },
    ]);
    expect(await data('/top_actors?limit=1')).toHaveLength(1);
  });

  test('/top_movies_by_genre gives the best of each genre that has any', async () => {
    const rows: readonly { genre: string; movies: readonly { tconst: string }[] }[] = await data(
      '/top_movies_by_genre?per_genre=2&min_votes=1',
    );
    expect(rows.map(({ genre }) => genre)).toEqual(['Action', 'Drama', 'Thriller']);
    expect(rows.map(({ movies }) => idsOf(movies).join('')).slice(0, 2)).toEqual(['12', '14']);
    expect(await data('/top_movies_by_genre?genre=Action&per_genre=1')).toEqual([
      { genre: 'Action', movies: [movieObject(film('tt0000001'))] },
    ]);
    expect(await data('/top_movies_by_genre?genre=Western')).toEqual([]);
  });
});

describe('people', () => {
  test('/people/{nconst}', async () => {
    expect(await data('/people/nm0000005')).toMatchObject({ nconst: 'nm0000005', name: null, films: 0 });
    expect(await data('/people/nm0000003?fields=name')).toEqual({ name: 'Cora Dunn' });
  });

  test('/people/{nconst}/network counts shared movies once each and averages their ratings', async () => {
    expect(await data('/people/nm0000003/network')).toEqual({
      nconst: 'nm0000003',
      movies: 3,
      movies_considered: 3,
      collaborators: [
        { nconst: 'nm0000001', name: 'Ada Brook', shared_movies: 2, average_rating: 8.45 },
        { nconst: 'nm0000002', name: 'Bruno Calder', shared_movies: 2, average_rating: 8.65 },
        { nconst: 'nm0000004', name: 'Dario Eck', shared_movies: 1, average_rating: 8.8 },
        { nconst: 'nm0000005', name: null, shared_movies: 1, average_rating: 8.8 },
      ],
    });
    expect((await data('/people/nm0000003/network?limit=1')).collaborators).toHaveLength(1);
  });
});

test('a title without any title has null for it, an empty list of titles, and is last by title', async () => {
  const { app } = await startService({ catalog: { ...CATALOG, films: [{ tconst: 'tt0000009', title: null }, ...FILMS] } });
  const get = async (url: string) => (await app.inject(url)).json<{ data: unknown }>().data;
  expect(await get('/movies/tt0000009/titles')).toEqual([]);
  expect(await get('/movies/tt0000009?fields=title,original_title')).toEqual({ title: null, original_title: null });
  for (const desc of ['true', 'false'])
    expect(await get(`/movies?sort=title&desc=${desc}&fields=tconst`)).toHaveProperty([6], { tconst: 'tt0000009' });
  await app.close();
});
