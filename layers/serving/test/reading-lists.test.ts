/** What newcomers ask of lists: an order that begins at A, names in any case, a typo that is told, adult titles that do not come by themselves. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { idOf, type FilmFixture } from './catalog.ts';
import { startService, type Service } from './service.ts';

const FILMS: readonly FilmFixture[] = [
  { tconst: 'tt0000001', title: 'ΟΔΟΣΤΡΩΜΑ', year: 2001, rating: 70, votes: 900, genres: ['Drama'], directors: ['nm0000001'] },
  { tconst: 'tt0000002', title: 'Straße', year: 2002, rating: 80, votes: 800, genres: ['Action', 'Film-Noir'], writers: ['nm0000002'] },
  { tconst: 'tt0000003', title: 'Łódź', type: 'tvMovie', year: 2003, rating: 60, votes: 700, genres: ['Drama', 'War'] },
  { tconst: 'tt0000004', title: 'Z', adult: true, year: 2004, rating: 90, votes: 5000, genres: ['Adult', 'Drama'], cast: ['nm0000001'] },
  { tconst: 'tt0000005', title: 'Ant', type: 'tvEpisode', adult: true, year: 2005, rating: 95, votes: 600, genres: ['Adult'] },
  { tconst: 'tt0000006', title: 'x'.repeat(250), type: 'short', genres: ['Short'] },
];

let service: Service;
beforeAll(async () => {
  service = await startService({ catalog: { films: FILMS, people: { nm0000001: 'Sidney Lumet', nm0000002: 'Łucja Ósma' } } });
});
afterAll(() => service.app.close());

const get = (url: string) => service.app.inject(url);
const data = async (url: string) => {
  const response = await get(url);
  expect({ status: response.statusCode, body: response.statusCode === 200 ? '' : response.body }).toEqual({ status: 200, body: '' });
  return response.json().data;
};
const numbers = async (url: string): Promise<string> =>
  (await data(url)).map(({ tconst }: { readonly tconst: string }) => tconst.slice(-1)).join('');

describe('orders', () => {
  test.each([
    ['/movies?type=all', '1236'],
    ['/movies?type=all&desc=false', '3216'],
    ['/movies?type=all&sort=title', '3261'],
    ['/movies?type=all&sort=title&desc', '1623'],
    ['/movies?type=all&sort=title&desc=', '1623'],
    ['/movies?type=all&sort=title&desc=true', '1623'],
    ['/movies?type=all&sort=title&desc=false', '3261'],
    ['/movies?type=all&sort=votes', '3216'],
    ['/titles?sort=releaseYear', '1236'],
    ['/titles?sort=releaseYear&desc', '3216'],
  ])('%s', async (url, expected) => {
    expect(await numbers(url)).toBe(expected);
  });

  test('one order said in different words has one tag and one cursor', async () => {
    const [plain, ...others] = await Promise.all(
      ['', '&desc', '&desc=', '&desc=true', '&sort=votes&desc', '&desc=true&sort=votes'].map((words) => get(`/movies?page_size=1${words}`)),
    );
    for (const other of others) {
      expect(other.headers.etag).toBe(plain?.headers.etag);
      expect(other.json().next).toBe(plain?.json().next);
    }
    expect((await get('/movies?page_size=1&sort=votes')).headers.etag).not.toBe(plain?.headers.etag);
  });

  test('pages go on in the order that was asked for', async () => {
    const first = await get('/movies?type=all&sort=title&page_size=2&fields=tconst');
    expect(await numbers(first.json().next)).toBe('61');
    expect((await get(`${first.json().next}&desc`)).statusCode).toBe(400);
  });
});

describe('names in any case, with and without diacritics', () => {
  test.each([
    ['/movies?genre=action', '2'],
    ['/movies?genre=FILM-NOIR&genre=Action', '2'],
    ['/movies?genre_any=action,DRAMA', '12'],
    ['/movies?genre_any=action&genre_any=war&type=MOVIE,tvmovie', '23'],
    ['/movies?type=TVMovie', '3'],
    ['/movies?type=movie&type=tvMovie', '123'],
    ['/titles?title_type=Movie', '12'],
    ['/titles?title_type=movie,short', '126'],
    ['/titles?genres=drama&genres=WAR', '3'],
    ['/titles?genres_any=war,film-noir', '23'],
    ['/titles?directors=sidney%20lumet', '1'],
    ['/titles?writers=lucja%20osma', '2'],
    ['/titles?primary_title=STRASSE', '2'],
    ['/titles?original_title=lodz', '3'],
    [`/titles?primary_title_contains=${encodeURIComponent('ΟΔΟΣ')}`, '1'],
    [`/titles?primary_title_contains=${encodeURIComponent('οδος')}`, '1'],
    ['/titles?primary_title_contains=STRASSE', '2'],
    [`/titles?primary_title=${'X'.repeat(200)}`, '6'],
    [`/titles?primary_title=${'X'.repeat(199)}`, ''],
    [`/titles?primary_title_contains=${'x'.repeat(199)}`, '6'],
    ['/movies?rating_lte=7', '1'],
    ['/movies?votes_lte=800', '2'],
    ['/movies?year=2001', '1'],
    ['/titles?tconst=tt0000003', '3'],
  ])('%s', async (url, expected) => {
    expect(await numbers(url)).toBe(expected);
  });

  test('a genre that is asked for in its rankings has its own name', async () => {
    expect(await data('/top_movies_by_genre?genre=drama&min_votes=0')).toMatchObject([
      { genre: 'Drama', movies: [{ tconst: 'tt0000001' }] },
    ]);
  });
});

describe('a name that nothing has', () => {
  test.each([
    ['/movies?genre=Foo', 'genre', /no title has the genre Foo: known are .*Action.*Drama/],
    ['/movies?genre=Acton', 'genre', 'no title has the genre Acton: did you mean Action?'],
    ['/movies?genre_any=Drama,Wra', 'genre_any', 'no title has the genre Wra: did you mean War?'],
    ['/movies?type=moovie', 'type', 'no title has the type moovie: did you mean movie?'],
    ['/titles?genres=drame', 'genres', 'no title has the genre drame: did you mean Drama?'],
    ['/titles?genres_any=drame', 'genres_any', 'no title has the genre drame: did you mean Drama?'],
    ['/titles?title_type=tvserie', 'title_type', 'no title has the type tvserie: did you mean tvSeries?'],
    ['/top_movies_by_genre?genre=drame', 'genre', 'no title has the genre drame: did you mean Drama?'],
  ])('%s', async (url, name, detail) => {
    const response = await get(url);
    expect(response.statusCode).toBe(400);
    expect(response.json().errors).toEqual([
      { in: 'query', name, detail: typeof detail === 'string' ? detail : expect.stringMatching(detail) },
    ]);
  });

  test('is no fault where IMDb has it', async () => {
    expect(await data('/movies?genre=western')).toEqual([]);
    expect(await data('/titles?title_type=VideoGame')).toEqual([]);
  });
});

describe('adult titles', () => {
  test.each([
    ['/movies', '12'],
    ['/movies?adult=include', '412'],
    ['/movies?adult=only', '4'],
    ['/movies?adult=exclude&type=all', '1236'],
    ['/movies?adult=include&type=all', '412356'],
    ['/movies?adult=only&type=all', '45'],
    ['/movies?adult=include&type=movie,tvMovie', '4123'],
    ['/movies?genre=adult', ''],
    ['/titles', '1236'],
    ['/titles?adult=only', '45'],
    ['/titles?adult=include&title_type=movie', '412'],
    ['/titles?title_key=tt0000004', '4'],
    ['/titles?tconst=tt0000004', '4'],
    [`/titles?title_key=${idOf('tt0000005')}`, '5'],
    ['/top_movies', '21'],
    ['/top_movies?adult=include', '421'],
    ['/top_movies?adult=only', '4'],
  ])('%s', async (url, expected) => {
    expect(await numbers(url)).toBe(expected);
  });

  test('are counted where they are listed', async () => {
    expect((await get('/movies?count=true')).json().total).toBe(2);
    expect((await get('/movies?count=true&adult=include')).json().total).toBe(3);
    expect((await get('/titles?count=true')).json().total).toBe(4);
    expect((await get('/titles?count=true&adult=only')).json().total).toBe(2);
  });

  test('are found by their id, and marked', async () => {
    expect(await data('/movies/tt0000004')).toMatchObject({ tconst: 'tt0000004', is_adult: true });
    expect(await data('/movies/tt0000001?fields=is_adult')).toEqual({ is_adult: false });
    expect(await data('/titles?tconst=tt0000004&fields=is_adult')).toEqual([{ is_adult: true }]);
  });

  test('do not count in genres, unless they are asked for', async () => {
    const genres = async (query: string) =>
      Object.fromEntries(
        (await data(`/genres${query}`)).map(({ genre, movies }: { readonly genre: string; readonly movies: number }) => [genre, movies]),
      );
    expect(await genres('')).toEqual({ Action: 1, Drama: 1, 'Film-Noir': 1, Short: 0, War: 0 });
    expect(await genres('?adult=include')).toEqual({ Action: 1, Adult: 1, Drama: 2, 'Film-Noir': 1, Short: 0, War: 0 });
    expect(await genres('?adult=only')).toEqual({ Adult: 1, Drama: 1 });
  });

  test('are in no ranking of genres and people', async () => {
    const best = (query: string) => data(`/top_movies_by_genre?genre=Drama&min_votes=0&per_genre=1${query}`);
    expect(await best('')).toMatchObject([{ movies: [{ tconst: 'tt0000001' }] }]);
    expect(await best('&adult=include')).toMatchObject([{ movies: [{ tconst: 'tt0000004' }] }]);
    expect(await data('/top_movies/credits?min_votes=0')).toMatchObject([
      { nconst: 'nm0000001', credits: 1, categories: ['director'] },
      {},
    ]);
    expect(await data('/top_movies/credits?min_votes=0&adult=only')).toMatchObject([{ nconst: 'nm0000001', categories: ['actor'] }]);
  });
});

test('genres that differ in case alone are one, by the name that most titles have', async () => {
  const named = (n: number, genre: string): FilmFixture => ({
    tconst: `tt000000${n}`,
    title: 'x',
    rating: 50,
    votes: 900,
    genres: [genre],
  });
  const films = [named(1, 'Drama'), named(2, 'Drama'), named(3, 'DRAMA'), named(4, 'drama'), named(5, 'Čarodějky'), named(6, 'carodejky')];
  const { app } = await startService({ catalog: { films, people: {} } });
  expect((await app.inject('/genres')).json().data).toEqual([
    { genre: 'Drama', movies: 4 },
    { genre: 'carodejky', movies: 2 },
  ]);
  const best = (await app.inject('/top_movies_by_genre')).json().data;
  expect(best.map(({ genre, movies }: { genre: string; movies: readonly unknown[] }) => [genre, movies.length])).toEqual([
    ['Drama', 4],
    ['carodejky', 2],
  ]);
  await app.close();
});

describe('/titles', () => {
  test("joins with IMDb's files, and has lists as lists", async () => {
    expect(await data('/titles?directors=Sidney%20Lumet&fields=title_key,tconst,directors,genre_list,director_list,writer_list')).toEqual([
      {
        title_key: 'tt0000001',
        tconst: 'tt0000001',
        directors: 'Sidney Lumet',
        genre_list: ['Drama'],
        director_list: ['Sidney Lumet'],
        writer_list: [],
      },
    ]);
  });
});
