/** Wrong input for each parameter of each route: refused with 400, every bad parameter named, nothing asked of the store. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { encodeCursor, listName } from '../src/answers/cursor.ts';
import { startService, type Service } from './service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.app.close());

const long = 'x'.repeat(201);
const PAGING: Readonly<Record<string, readonly string[]>> = {
  desc: ['yes', 'TRUE', '1'],
  page_size: ['0', '1001', '-1', '1.5', 'ten', ''],
  cursor: ['', '***', 'abc', encodeCursor(listName('/elsewhere'), { values: [1], key: 'a' })],
  after_id: ['nobody', 'tt1', '', 'tt0000001%00'],
  count: ['yes', ''],
  fields: ['', 'nothing', 'title,,year', '__proto__'],
};
/** Of lists that can be had in several formats. */
const FORMATS = { format: ['', 'xml', 'CSV'], csv_formulas: ['', 'run'] };
const POINTS = ['11', '-1', 'high', '1e1', '', 'NaN', '8,5'];
const COUNT = ['-1', '1.5', 'many', '', '9007199254740993'];
const ADULT = ['', 'yes', 'true', 'ONLY'];
const NUMBER_FIELDS = ['numOfGenres', 'releaseYear', 'endYear', 'numVotes', 'runtimeMinutes', 'numDirectors', 'numWriters'];
const bounds = (field: string, wrong: readonly string[]) => Object.fromEntries(['', '_from', '_to'].map((end) => [field + end, wrong]));
const limit = (most: number) => ['0', String(most + 1), '-1', 'ten', ''];

/** Wrong values by parameter, by route. */
const ROUTES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  '/movies': {
    genre: ['', 'x'.repeat(51), '\u0301', 'Dra\u0001ma'],
    genre_any: ['', 'Drama,,Crime', 'x'.repeat(51)],
    rating_gt: POINTS,
    rating_gte: POINTS,
    rating_lt: POINTS,
    rating_lte: POINTS,
    year: ['MMIV', '1799', '2201', ''],
    year_from: ['MMIV', '1799', '2201', ''],
    year_to: ['MMIV', '1799', '2201', ''],
    votes_gte: COUNT,
    votes_lte: COUNT,
    runtime_from: ['-1', '1.5', 'long', '100001'],
    runtime_to: ['-1', '1.5', 'long', '100001'],
    type: ['', 'a b', "movie'--", 'x'.repeat(31), 'movie,'],
    adult: ADULT,
    sort: ['', 'weight', 'constructor'],
    ...PAGING,
    ...FORMATS,
  },
  '/titles': {
    title_key: ['', 'tt1', 'tmdb:5'],
    tconst: ['', 'tt1', 'd476accf-a8cf-552a-b872-68ffc71a03f6'],
    primary_title: ['', 'x'.repeat(601), 'a\u0000'],
    // Lengths are those of what is looked for: without marks.
    primary_title_contains: ['', 'x', 'x\u0301', '\u0301\u0301', long, 'ß'.repeat(101), 'ab\u007f'],
    original_title: ['', 'x'.repeat(601)],
    title_type: ['', long, 'movie,'],
    directors: ['', long, '\u0301'],
    writers: ['', long],
    genres: ['', long],
    genres_any: ['', long],
    adult: ADULT,
    hasDirectors: ['1', ''],
    hasWriters: ['1', ''],
    hasEnded: ['1', ''],
    ...Object.assign({}, ...NUMBER_FIELDS.map((field) => bounds(field, COUNT))),
    ...bounds('averageRating', POINTS),
    sort: ['', 'votes', 'title'],
    ...PAGING,
    ...FORMATS,
  },
  '/search/movies': {
    q: ['', '!?', '\u0301', 'a\u0000', 'x'.repeat(301), 'a b c d e f g h i', '七人の侍の物語だよ'],
    typos: ['yes', ''],
    facets: ['yes', ''],
    genre: ['', 'x'.repeat(51)],
    year_from: ['MMIV', '1799', ''],
    year_to: ['2201', ''],
    rating_min: POINTS,
    rating_max: POINTS,
    type: ['', 'a b', 'movie,'],
    adult: ADULT,
    sort_by: ['', 'title', 'votes', '_score', 'constructor'],
    page_size: PAGING['page_size'] ?? [],
    cursor: PAGING['cursor'] ?? [],
    count: PAGING['count'] ?? [],
    fields: PAGING['fields'] ?? [],
  },
  '/movies/tt0000001': { fields: ['', 'nothing'] },
  '/movies/tt0000001/titles': {},
  '/movies/tt0000001/credits': {},
  '/movies/tt0000001/similar': {
    limit: limit(50),
    as_of: ['', 'yesterday', '2026-02-30T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', 'x'.repeat(41)],
    fields: ['', 'weight'],
  },
  '/movies/tt0000001/sentiment': { window: ['', '1h', '7D'], as_of: ['', 'yesterday', '2026-13-01T00:00:00Z', 'x'.repeat(41)] },
  '/movies/tt0000001/popularity': {
    bucket: ['', '5m', 'Hour', 'constructor'],
    window: ['', '1d', '24h', 'all'],
    as_of: ['', 'yesterday', '2026-02-30T00:00:00Z', '0001-01-03T00:00:00Z', '9999-12-31T00:00:00Z', 'x'.repeat(41)],
  },
  '/trending/movies': {
    window: ['', '2h', '24H', 'all'],
    genre: ['', 'x'.repeat(51)],
    adult: ADULT,
    limit: limit(100),
    as_of: ['', 'yesterday', '2026-02-30T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', 'x'.repeat(41)],
    fields: ['', 'weight'],
  },
  '/analytics/genre/drama': {
    year: ['MMIV', '1799', '2201', ''],
    month: ['0', '13', 'May', '', '5'],
    limit: limit(100),
    fields: ['', 'weight'],
  },
  '/analytics/yearly': { genre: ['', 'x'.repeat(51)], fields: ['', 'films'], ...FORMATS },
  '/explain/films': { genre: ['', 'x'.repeat(51)], year: ['MMIV', '1799', '2201', ''] },
  '/analytics/trends': {
    movie_id: ['', 'tt1', 'nobody'],
    genre: ['', 'x'.repeat(51)],
    metric: ['', 'height', 'constructor'],
    window: ['', '1d', '24h', 'all'],
    as_of: ['', 'yesterday', '2026-02-30T00:00:00Z', '0001-01-20T00:00:00Z', '9999-12-31T00:00:00Z', 'x'.repeat(41)],
  },
  '/analytics/anomalies': {
    window: ['', '1d', '24h', 'all'],
    genre: ['', 'x'.repeat(51)],
    adult: ADULT,
    limit: limit(100),
    as_of: ['', 'yesterday', '2026-02-30T00:00:00Z', '0001-01-20T00:00:00Z', '9999-12-31T23:59:59Z', 'x'.repeat(41)],
    fields: ['', 'weight'],
  },
  '/explain': { movie_id: ['', 'tt1', 'nobody'], view: ['', 'titles', 'constructor'] },
  '/explain/activity': {
    movie_id: ['', 'tt1', 'nobody'],
    date: ['', 'today', '2026-02-30', '0000-01-01', '2026-2-3', '2026-02-28T00:00:00Z'],
  },
  '/explain/popularity': {
    movie_id: ['', 'tt1', 'nobody'],
    date: ['', 'today', '2026-02-30', '0000-01-01', '2026-2-3', '2026-02-28T00:00:00Z'],
  },
  '/changes': { since: ['', '1.2', 'x', `${'1.'.repeat(17)}x`, '1'.repeat(401)], limit: limit(500) },
  '/stream': {
    view: ['', 'genres', 'constructor'],
    since: ['', '1.2', 'x', '1'.repeat(401)],
    movie_id: ['', 'tt1', 'nobody'],
    genre: ['', 'x'.repeat(51)],
    limit: limit(250),
    min_votes: COUNT,
    adult: ADULT,
    fields: ['', 'weight'],
  },
  '/genres': { adult: ADULT, ...FORMATS },
  '/top_movies': { limit: limit(250), min_votes: COUNT, adult: ADULT, fields: ['weight'], ...FORMATS },
  '/top_movies/credits': { limit: limit(1000), movies: limit(100), min_votes: COUNT, adult: ADULT, ...FORMATS },
  '/top_actors': { limit: limit(1000), fields: ['votes'], ...FORMATS },
  '/top_movies_by_genre': { per_genre: limit(100), min_votes: COUNT, adult: ADULT, genre: ['', 'x'.repeat(51)], ...FORMATS },
  '/people/nm0000001': { fields: ['title'] },
  '/people/nm0000001/network': { limit: limit(1000) },
  '/catalog': {},
};

/** Parameters that have to be there, with right values, where another one is wrong. */
const REQUIRED: Readonly<Record<string, string>> = {
  '/analytics/trends': 'movie_id=tt0000001',
  '/explain': 'movie_id=tt0000001',
  '/explain/activity': 'movie_id=tt0000001&date=2026-02-28',
  '/explain/popularity': 'movie_id=tt0000001&date=2026-02-28',
  '/search/movies': 'q=iron',
};

const BATCH_VERSION = ['0', '-1', '1.5', 'last', '', '1000000001'];

/** Their answers are of events alone, or of what is served now: there is no such parameter, whatever its value. */
const WITHOUT_VERSION: readonly string[] = ['/changes', '/stream'];

const cases = Object.entries(ROUTES).flatMap(([route, parameters]) => [
  ...Object.entries(parameters).flatMap(([name, values]) => values.map((value) => [route, name, value] as const)),
  ...BATCH_VERSION.map((value) => [route, 'batch_version', value] as const),
  ...(WITHOUT_VERSION.includes(route) ? [[route, 'batch_version', '1'] as const] : []),
  [route, 'surprise', '1'] as const,
  [route, '__proto__', '1'] as const,
]);

const refuse = async (url: string) => {
  const before = service.views.reads;
  const response = await service.app.inject(url);
  expect(response.statusCode).toBe(400);
  expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(response.headers['cache-control']).toBe('no-store');
  expect(service.views.reads).toBe(before);
  return response.json();
};

test.each(cases)('%s: %s=%s', async (route, name, value) => {
  const others = (REQUIRED[route]?.split('&') ?? []).filter((one) => !one.startsWith(`${name}=`));
  const given = `${name}=${value.includes('%') ? value : encodeURIComponent(value)}`;
  const problem = await refuse(`${route}?${[given, ...others].join('&')}`);
  expect(problem).toMatchObject({ status: 400, title: 'Bad Request', errors: [{ in: 'query', name, detail: expect.stringMatching(/./) }] });
});

test('every parameter of every route is among these', () => {
  const { paths } = service.app.swagger() as { paths: Record<string, { get?: { parameters?: readonly { in: string; name: string }[] } }> };
  const tested = new Map(
    Object.entries(ROUTES).map(([route, parameters]) => [
      route.replace(/(tt|nm)0000001|drama$/, '*'),
      [...(WITHOUT_VERSION.includes(route) ? [] : ['batch_version']), ...Object.keys(parameters)],
    ]),
  );
  for (const [path, { get }] of Object.entries(paths)) {
    if (/health|metrics/.test(path) || get === undefined) continue;
    const names = (get.parameters ?? []).filter((parameter) => parameter.in === 'query').map(({ name }) => name);
    expect({ path, names: tested.get(path.replace(/\{.*\}/, '*'))?.toSorted() }).toEqual({ path, names: names.toSorted() });
  }
});

describe('a request with several faults', () => {
  test('hears of all of them at once, of the path too', async () => {
    const { errors, detail } = await refuse('/movies/nonsense?fields=nothing&surprise=1');
    expect(errors.map(({ in: where, name }: { in: string; name: string }) => `${where} ${name}`)).toEqual([
      'path id',
      'query fields',
      'query surprise',
    ]);
    expect(detail).toContain('3 invalid parameters');
  });

  test('in a list, together with place and values', async () => {
    const { errors } = await refuse('/movies?page_size=0&sort=up&cursor=abc&after_id=tt0000001&rating_gt=11&genre=');
    expect(errors.map(({ name }: { name: string }) => name).toSorted()).toEqual(['after_id', 'genre', 'page_size', 'rating_gt', 'sort']);
  });

  test('a scalar given twice is one', async () => {
    const { errors } = await refuse('/movies?year_from=2000&year_from=2001');
    expect(errors).toEqual([{ in: 'query', name: 'year_from', detail: 'must be given once' }]);
  });

  test('too many genres are one', async () => {
    expect((await refuse(`/movies?${[1, 2, 3, 4, 5, 6].map((n) => `genre=g${n}`).join('&')}`)).errors).toMatchObject([{ name: 'genre' }]);
  });
});

test.each([
  '/movies/x',
  '/movies/tt12',
  '/movies/tmdb:',
  '/movies/tmdb:-1',
  '/movies/..%2f..%2fetc',
  '/people/tt0000001',
  '/people/nm1/network',
  '/movies/%00/titles',
])('%s: the id', async (url) => {
  expect((await refuse(url)).errors).toMatchObject([{ in: 'path' }]);
});

describe('cursors', () => {
  const nextOf = async (url: string): Promise<URL> => new URL((await service.app.inject(url)).json().next, 'http://service');

  test.each(['sort=rating', 'desc=false', 'genre=Drama', 'type=all', 'votes_gte=1'])('of another list: with %s', async (change) => {
    const next = await nextOf('/movies?page_size=1');
    expect((await refuse(`${next.pathname}${next.search}&${change}`)).errors).toMatchObject([{ name: 'cursor' }]);
  });

  test('of another route', async () => {
    const next = await nextOf('/movies?page_size=1');
    expect((await refuse(`/titles?cursor=${next.searchParams.get('cursor')}`)).errors).toMatchObject([{ name: 'cursor' }]);
  });

  test('go with another page size, fields and count', async () => {
    const next = await nextOf('/movies?page_size=1');
    const cursor = next.searchParams.get('cursor');
    const response = await service.app.inject(`/movies?page_size=3&fields=tconst&count=true&cursor=${cursor}`);
    expect(response.json()).toMatchObject({ data: [{ tconst: 'tt0000002' }, { tconst: 'tt0000004' }, { tconst: 'tt0000003' }], total: 6 });
  });
});

test('an after_id that nobody has is a bad parameter', async () => {
  const response = await service.app.inject('/movies?after_id=tt9999999');
  expect(response.statusCode).toBe(400);
  expect(response.json().errors).toMatchObject([{ name: 'after_id', detail: 'no title has the id tt9999999' }]);
});
