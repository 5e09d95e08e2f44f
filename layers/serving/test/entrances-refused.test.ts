/** What the entrances refuse: every status, wrong input for each field, every fault named, and nothing of it in the log. */
import { afterAll, beforeAll, expect, test } from 'vitest';

import { type EntranceService, NOW_MS, startEntrances } from './entrance-service.ts';

const RATINGS = '/movies/tt0000001/ratings';
const REVIEWS = '/movies/tt0000001/reviews';
const AT = [
  'yesterday',
  '',
  5,
  null,
  '2026-02-28',
  '2026-02-28T20:00:00',
  '2026-02-28T20:00:00+01:00',
  '2025-06-31T20:00:00Z',
  '2026-03-02T11:00:01Z',
  '2026-02-28T25:00:00Z',
];
const SCORE = [0, 0.5, 10.5, 11, 8.25, -8, '8', true, [], {}];
const NAME = ['', 'x'.repeat(201), 5, [], 'half \ud83d', 'nul \0', ' ', 'a\u0001', '\u007f', 'a\u0085b', 'a\nb', 'a\tb'];
/** Wrong values by field, by path. */
const WRONG: Readonly<Record<string, { readonly right: object; readonly wrong: Readonly<Record<string, readonly unknown[]>> }>> = {
  '/movies': {
    right: { title: 'x' },
    wrong: {
      title: [
        '',
        ' ',
        'x'.repeat(501),
        5,
        null,
        undefined,
        'half \udfac',
        'nul \0',
        'a\u0001b',
        'a\u001f',
        'a\nb',
        'a\tb',
        '\u007f',
        '\u009f',
      ],
      genres: [
        'Drama',
        null,
        [''],
        ['a,b'],
        ['Drama', 'Drama'],
        [5],
        ['x'.repeat(51)],
        ['a\u001fb'],
        ['Drama', 'a\nb'],
        ['a\u0085b'],
        [' '],
        Array.from({ length: 21 }, (_, n) => `g${n}`),
      ],
      year: [1849, 2201, 2000.5, '2000', [], true],
      rating: [0, 0.9, 10.1, 8.25, '8', []],
      runtime_minutes: [-1, 60_001, 1.5, '90'],
      budget: [0, -1, 1.5, '1', 1e12 + 1, { cents: 5, currency: 'USD' }],
      revenue: [0, '1', []],
      keywords: ['sea', null, [''], [' '], ['a', 'a'], ['a\nb'], ['x'.repeat(81)], Array.from({ length: 51 }, String)],
      imdb_link: [
        '',
        'tt0000099',
        5,
        'http://www.imdb.com/title/tt0000099/',
        'https://www.imdb.com/title/tt99/',
        'https://www.imdb.com/name/nm0000001/',
        'https://www.imdb.com.example.org/title/tt0000099/',
        'https://www.imdb.com/title/tt0000099/reviews',
        'https://www.imdb.com/title/tt0000099/\n',
      ],
    },
  },
  [RATINGS]: { right: { score: 5 }, wrong: { score: [...SCORE, null, undefined], user: NAME, at: AT } },
  [REVIEWS]: {
    right: { text: 'x' },
    wrong: {
      text: ['', ' \n', 5, null, undefined, [], 'half \ud83d', 'nul \0', 'a\u0001b', 'a\u000b', '\u009f'],
      author: NAME,
      score: SCORE,
      at: AT,
    },
  },
};
const CASES = Object.entries(WRONG).flatMap(([url, { right, wrong }]) => [
  ...Object.entries(wrong).flatMap(([name, values]) => values.map((value) => [url, name, { ...right, [name]: value }] as const)),
  ...['surprise', 'id', 'movie_id', 'constructor', 'toString'].map((name) => [url, name, { ...right, [name]: 1 }] as const),
]);

let strict: EntranceService;
let text = '';
beforeAll(async () => {
  strict = await startEntrances();
  ({ text } = await strict.makeKey('writer'));
});
afterAll(() => strict.close());
const refuse = async (url: string, payload: object | string, headers: Record<string, string> = {}) => {
  const response = await strict.app.inject({
    method: 'POST',
    url,
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    headers: { 'x-api-key': text, 'content-type': 'application/json', ...headers },
  });
  expect(response.headers).toMatchObject({ 'content-type': 'application/problem+json; charset=utf-8', 'cache-control': 'no-store' });
  expect(await strict.events()).toEqual([]);
  return response;
};

test.each(CASES)('%s: %s in %j', async (url, name, body) => {
  const response = await refuse(url, body);
  expect(response.statusCode).toBe(400);
  expect(response.json().errors).toEqual([{ in: 'body', name, detail: expect.stringMatching(/./) }]);
});

test('of a control character the fault says which, and in which field; inner names are not told', async () => {
  const fault = async (url: string, body: object) => (await refuse(url, body)).json().errors;
  const told = (name: string, detail: string) => [{ in: 'body', name, detail }];
  expect(await fault('/movies', { title: 'a\u0001b' })).toEqual(told('title', 'has a control character (U+0001)'));
  expect(await fault('/movies', { title: 'x', genres: ['a', 'b\n'] })).toEqual(told('genres', 'member 2 has a control character (U+000A)'));
  expect(await fault(RATINGS, { score: 5, user: 'a\u0085' })).toEqual(told('user', 'has a control character (U+0085)'));
  expect(await fault(REVIEWS, { text: 'a\u0000' })).toEqual(told('text', 'has a control character (U+0000)'));
  expect(await fault('/movies', { title: '  ' })).toEqual(told('title', 'must not be blank'));
});

test('every fault is named at once: of the path, the query, the headers and the body', async () => {
  const response = await refuse(
    '/movies/nonsense/ratings?surprise=1',
    { user: '', x: 1, at: '2030-01-01T00:00:00Z' },
    { 'idempotency-key': 'a b' },
  );
  expect(response.statusCode).toBe(400);
  expect(response.json().errors.map(({ in: where, name }: { in: string; name: string }) => `${where} ${name}`)).toEqual([
    'header Idempotency-Key',
    'path id',
    'query surprise',
    'body score',
    'body user',
    'body x',
    'body at',
  ]);
});

test.each(['null', '[]', '5', '"text"', 'true'])('a body that is %s', async (payload) => {
  const response = await refuse(RATINGS, payload);
  expect([response.statusCode, response.json().errors]).toEqual([400, [{ in: 'body', name: 'body', detail: 'must be a JSON object' }]]);
});

test.each(['{', '', '{"score":5,}', '{"__proto__":{"score":5}}', '{"score":NaN}', "{'score':5}"])('malformed JSON: %s', async (payload) => {
  expect((await refuse(RATINGS, payload)).statusCode).toBe(400);
});

test('no body at all', async () => {
  const response = await strict.app.inject({ method: 'POST', url: RATINGS, headers: { 'x-api-key': text } });
  expect(response.statusCode).toBe(400);
});

test.each(['text/plain', 'text/xml', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonx'])(
  'a body of type %s: 415',
  async (type) => {
    expect((await refuse(RATINGS, '{"score":5}', { 'content-type': type })).statusCode).toBe(415);
  },
);

test('what is too large: 413', async () => {
  const tooLong = await refuse(REVIEWS, { text: 'x'.repeat(50_001), author: 5 });
  expect(tooLong.statusCode).toBe(413);
  expect(tooLong.json().errors).toEqual([
    { in: 'body', name: 'text', detail: expect.stringContaining('50000') },
    { in: 'body', name: 'author', detail: expect.any(String) },
  ]);
  expect((await refuse(REVIEWS, { text: 'x'.repeat(700_000) })).statusCode).toBe(413);
  expect((await refuse(RATINGS, { score: 5, user: 'x'.repeat(70_000) })).statusCode).toBe(413);
  expect((await refuse('/movies', { title: 'x'.repeat(70_000) })).statusCode).toBe(413);
});

test.each(['tt9999999', '00000000-0000-4000-8000-000000000000', 'tmdb:278'])('a movie that nobody knows: %s is 404', async (id) => {
  for (const [kind, body] of [
    ['ratings', { score: 5 }],
    ['reviews', { text: 'x' }],
  ] as const) {
    const response = await refuse(`/movies/${id}/${kind}`, body);
    expect(response.statusCode).toBe(404);
  }
});

test.each(['', 'a b', 'ü', 'x'.repeat(201)])('an Idempotency-Key that is none: %j', async (idempotencyKey) => {
  const response = await refuse(RATINGS, { score: 5 }, { 'idempotency-key': idempotencyKey });
  expect(response.statusCode).toBe(400);
  expect(response.json().errors).toMatchObject([{ in: 'header', name: 'Idempotency-Key' }]);
});

test('other methods: 405 with those there are', async () => {
  for (const url of [RATINGS, REVIEWS])
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'] as const) {
      const response = await strict.app.inject({ method, url });
      expect([method, response.statusCode, response.headers.allow]).toEqual([method, 405, 'OPTIONS, POST']);
    }
  for (const method of ['PUT', 'PATCH', 'DELETE'] as const) {
    const response = await strict.app.inject({ method, url: '/movies' });
    expect([response.statusCode, response.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS, POST']);
  }
});

test('an event of more than 24 hours ahead', async () => {
  const at = new Date(NOW_MS + 24 * 3_600_000 + 1).toISOString();
  expect((await refuse(RATINGS, { score: 5, at })).json().errors).toMatchObject([{ in: 'body', name: 'at' }]);
});
