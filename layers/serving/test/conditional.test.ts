/** Entity tags, the cache, compression and HEAD. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { publish } from './catalog.ts';
import { CATALOG } from './films.ts';
import { startService, type Service } from './service.ts';

let service: Service;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service.app.close());

const get = (url: string, headers: Record<string, string> = {}) => service.app.inject({ url, headers });
const tagOf = async (url: string, headers: Record<string, string> = {}): Promise<string> => String((await get(url, headers)).headers.etag);

const URLS = [
  '/movies',
  '/movies/tt0000001',
  '/movies/tt0000001/titles',
  '/movies/tt0000001/credits',
  '/titles?hasEnded=true',
  '/genres',
  '/top_movies',
  '/top_movies/credits',
  '/top_actors',
  '/top_movies_by_genre',
  '/search/movies?q=iron',
  '/analytics/genre/drama',
  '/analytics/yearly',
  '/people/nm0000001',
  '/people/nm0000001/network',
  '/catalog',
];

describe.each(URLS)('%s', (url) => {
  test('is not modified while its tag is right, without a question to the store', async () => {
    const first = await get(url);
    expect(first.headers.etag).toMatch(/^"[A-Za-z0-9_-]{22}"$/);
    const etag = String(first.headers.etag);
    // A new service of the same publication knows the tag without having computed anything.
    const other = await startService();
    for (const method of ['GET', 'HEAD'] as const) {
      const response = await other.app.inject({ method, url, headers: { 'if-none-match': `"other", W/${etag}` } });
      expect(response.statusCode).toBe(304);
      expect(response.body).toBe('');
      expect(response.headers).toMatchObject({
        etag,
        'cache-control': first.headers['cache-control'],
        vary: first.headers['vary'],
        'rushes-batch-version': '1',
      });
      expect(response.headers).not.toHaveProperty('content-type');
    }
    expect(other.views.reads).toBe(0);
    await other.app.close();
  });

  test('is computed once', async () => {
    const first = await get(url);
    const reads = service.views.reads;
    expect((await get(url)).body).toBe(first.body);
    expect(service.views.reads).toBe(reads);
  });

  test('answers HEAD like GET, without a body', async () => {
    const [head, full] = [await service.app.inject({ method: 'HEAD', url }), await get(url)];
    expect(head.body).toBe('');
    const { date: _headDate, 'x-request-id': _headId, ...headHeaders } = head.headers;
    const { date: _date, 'x-request-id': _id, ...headers } = full.headers;
    expect(headHeaders).toEqual(headers);
    expect(Number(head.headers['content-length'])).toBe(Buffer.byteLength(full.body));
  });
});

describe('tags', () => {
  test('are equal for equal requests, however they are written', async () => {
    const tag = await tagOf('/movies?genre=Action&genre=Drama&year_from=2000');
    expect(await tagOf('/movies?year_from=2000&genre=Drama&genre=Action&sort=votes&desc=true&page_size=10&type=movie&count=false')).toBe(
      tag,
    );
    expect(await tagOf('/movies?year_from=2000&genre=Drama&genre=Action&genre=Action')).toBe(tag);
  });

  test('differ for different requests', async () => {
    const urls = [
      ...URLS,
      '/movies?page_size=5',
      '/movies?genre=Action',
      '/movies?genre=Drama',
      '/movies?fields=title',
      '/movies?count=true',
      '/movies?type=all',
      '/movies/tt0000002',
      '/titles',
    ];
    expect(new Set(await Promise.all(urls.map((url) => tagOf(url)))).size).toBe(urls.length);
  });

  test('change with the publication, even one of the same version, and with the code', async () => {
    const tags = [await tagOf('/movies')];
    await publish(service.views, 2, 1, CATALOG);
    await service.app.snapshots.poll();
    tags.push(await tagOf('/movies'));
    const response = await get('/movies', { 'if-none-match': tags[0] ?? '' });
    expect(response.statusCode).toBe(200);
    const other = await startService({ serving: { codeVersion: 'next' } });
    tags.push(String((await other.app.inject('/movies')).headers.etag));
    await other.app.close();
    expect(new Set(tags).size).toBe(3);
  });

  test('* matches whatever exists', async () => {
    expect((await get('/movies/tt0000001', { 'if-none-match': '*' })).statusCode).toBe(304);
    expect((await get('/movies/tt9999999', { 'if-none-match': '*' })).statusCode).toBe(404);
  });
});

describe('compression', () => {
  test.each([
    ['gzip', 'gzip', gunzipSync],
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['br;q=0.5, gzip;q=1', 'gzip', gunzipSync],
    ['*', 'br', brotliDecompressSync],
  ])('for %s is %s, with a tag of its own', async (accepted, encoding, decode) => {
    const plain = await get('/movies');
    const response = await get('/movies', { 'accept-encoding': accepted });
    expect(response.headers).toMatchObject({
      'content-encoding': encoding,
      vary: 'Accept, Accept-Encoding, Rushes-Min-Position',
      etag: `${String(plain.headers.etag).slice(0, -1)}-${encoding}"`,
    });
    expect(decode(response.rawPayload).toString()).toBe(plain.body);
    expect(Number(response.headers['content-length'])).toBe(response.rawPayload.byteLength);
    const etag = String(response.headers.etag);
    expect((await get('/movies', { 'accept-encoding': accepted, 'if-none-match': etag })).headers.etag).toBe(etag);
    expect((await get('/movies', { 'accept-encoding': accepted, 'if-none-match': etag })).statusCode).toBe(304);
    // Whoever does not accept the encoding cannot go on using it.
    expect((await get('/movies', { 'if-none-match': etag })).statusCode).toBe(200);
  });

  test.each([undefined, 'identity', 'br;q=0', 'zstd', ''])('there is none for %s', async (accepted) => {
    const response = await get('/movies', accepted === undefined ? {} : { 'accept-encoding': accepted });
    expect(response.headers).not.toHaveProperty('content-encoding');
    expect(response.json().data).toHaveLength(6);
  });

  test('small answers are left alone', async () => {
    const response = await get('/movies?page_size=1&fields=title', { 'accept-encoding': 'gzip' });
    expect(response.headers).not.toHaveProperty('content-encoding');
  });
});

test('errors are computed anew', async () => {
  let failures = 0;
  service.views.beforeRead = async () => {
    failures += 1;
    throw new Error('disk on fire');
  };
  for (let round = 1; round <= 2; round += 1) {
    const response = await get('/movies');
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain('fire');
    expect(failures).toBe(round);
  }
  service.views.beforeRead = undefined;
  expect((await get('/movies')).statusCode).toBe(200);
  const reads = service.views.reads;
  await get('/movies/tt9999999');
  await get('/movies/tt9999999');
  expect(service.views.reads).toBe(reads + 2);
});
