/** The description is valid, names every route, and real answers are as described. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type DescribedHeader, headerFaults } from './described-headers.ts';
import { EXAMPLES } from './example-requests.ts';
import { eventParser } from './event-source.ts';
import { startEntrances } from './entrance-service.ts';
import { startService, type Service } from './service.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly {
    readonly in: string;
    readonly name: string;
    readonly required?: boolean;
    readonly description?: string;
  }[];
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, unknown>>; readonly headers?: Readonly<Record<string, DescribedHeader>> }>
  >;
}
interface Description {
  readonly openapi: string;
  readonly components: { readonly headers: Readonly<Record<string, { readonly required?: boolean }>> };
  readonly paths: Readonly<Record<string, { readonly get?: Operation; readonly post?: Operation }>>;
}

/** What a schema describes: a stream's is of each of its messages. */
const bodiesOf = (type: string, body: string): readonly unknown[] => {
  if (type === 'text/plain') return [body];
  if (type !== 'text/event-stream') return [JSON.parse(body)];
  const parser = eventParser();
  parser.add(body);
  expect(parser.messages).not.toEqual([]);
  return parser.messages.map(({ type: event, data, lastEventId: id }) => ({ id, event, data }));
};

let service: Service;
let empty: Service;
let description: Description;
let ajv: Ajv2020;
beforeAll(async () => {
  service = await startService();
  empty = await startService({ catalog: undefined });
  description = (await service.app.inject('/openapi.json')).json();
  // Descriptions have members beside the schemas' own.
  ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(description, 'api');
});
afterAll(async () => {
  await service.app.close();
  await empty.app.close();
});

const pointer = (...parts: readonly string[]) =>
  parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');

const schemaOf = (path: string, status: number, type: string): ValidateFunction => {
  const validate = ajv.getSchema(`api#/${pointer('paths', path, 'get', 'responses', String(status), 'content', type, 'schema')}`);
  if (validate === undefined) throw new Error(`${path} documents no ${type} for ${status}`);
  return validate;
};

test('is valid OpenAPI 3.1', async () => {
  expect(description.openapi).toBe('3.1.0');
  const outcome = await new Validator().validate(structuredClone(description) as never); // as: it takes any JSON value
  expect(outcome).toEqual({ valid: true });
});

test('names every route, every operation once, every parameter with its meaning', () => {
  const routes = service.app
    .printRoutes({ commonPrefix: false, includeHooks: false })
    .split('\n')
    .filter((line) => line.includes('GET'));
  expect(routes.length).toBeGreaterThan(Object.keys(description.paths).length);
  const read = Object.entries(description.paths).filter(([, { get }]) => get !== undefined);
  expect(read.map(([path]) => path).toSorted()).toEqual(Object.keys(EXAMPLES).toSorted());
  const operations = Object.values(description.paths).flatMap(({ get, post }) => [get, post].filter((one) => one !== undefined));
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  for (const { operationId, summary, parameters = [] } of operations) {
    expect([operationId, summary]).toEqual([operationId, expect.stringMatching(/./)]);
    for (const parameter of parameters) {
      const required =
        parameter.in === 'path' ||
        [
          'explain movie_id',
          'explainActivity movie_id',
          'explainActivity date',
          'explainPopularity movie_id',
          'explainPopularity date',
          'searchMovies q',
        ].includes(`${operationId} ${parameter.name}`);
      expect({ required: false, ...parameter, operationId }).toMatchObject({
        operationId,
        description: expect.stringMatching(/./),
        required,
      });
    }
  }
});

describe.each(Object.entries(EXAMPLES))('%s', (path, urls) => {
  test.each(urls)('%s is as described', async (url) => {
    for (const { app } of [service, empty]) {
      const response = await app.inject(url);
      const [type = ''] = String(response.headers['content-type']).split(';');
      const validate = schemaOf(path, response.statusCode, type);
      for (const body of bodiesOf(type, response.body)) {
        validate(body);
        expect(validate.errors ?? []).toEqual([]);
      }
      expect(
        headerFaults(description, description.paths[path]?.get?.responses[response.statusCode]?.headers ?? {}, response.headers),
      ).toEqual([]);
    }
  });
});

test('a response that lacks a field is noticed by these schemas', async () => {
  const body = (await service.app.inject('/top_movies_by_genre?min_votes=0')).json();
  delete body.data[0].movies[0].title;
  expect(schemaOf('/top_movies_by_genre', 200, 'application/json')(body)).toBe(false);
});

/** Requests whose answers have selected members alone, for each path where `fields` is a parameter. */
const SELECTED: Readonly<Record<string, string>> = {
  '/movies': '/movies?fields=title',
  '/movies/{id}': '/movies/tt0000001?fields=title',
  '/titles': '/titles?fields=primary_title',
  '/search/movies': '/search/movies?q=iron&fields=score',
  '/top_movies': '/top_movies?min_votes=0&fields=score',
  '/top_actors': '/top_actors?fields=films',
  '/people/{nconst}': '/people/nm0000001?fields=name',
  '/trending/movies': '/trending/movies?as_of=2026-02-28T00:00:00Z&fields=rank',
  '/analytics/genre/{genre}': '/analytics/genre/drama?fields=films',
  '/analytics/yearly': '/analytics/yearly?fields=releases',
  '/analytics/anomalies': '/analytics/anomalies?as_of=2025-11-20T00:00:00Z&fields=anomalies',
  '/movies/{id}/similar': '/movies/tt0000001/similar?fields=reasons',
};

/** Objects of an answer: its data, those that it lists, or those in its list beside what is said of them all. */
type Listing = Readonly<Record<string, unknown>> & Readonly<Partial<Record<(typeof LISTED)[number], readonly object[]>>>;
const LISTED = ['movies', 'years'] as const;
const listIn = (data: Listing) => LISTED.find((name) => name in data);
const objectsOf = (data: Listing): readonly object[] => (Array.isArray(data) ? data : (data[listIn(data) ?? 'movies'] ?? [data]));
const withObject = (data: Listing, object: object): unknown => {
  const name = listIn(data);
  return Array.isArray(data) ? [object] : name === undefined ? object : { ...data, [name]: [object] };
};

test('with fields, answers are as described too', async () => {
  const paths = Object.entries(description.paths).filter(
    ([path, { get }]) => path !== '/stream' && get?.parameters?.some(({ name }) => name === 'fields') === true,
  );
  expect(paths.map(([path]) => path).toSorted()).toEqual(Object.keys(SELECTED).toSorted());
  for (const [path, url] of Object.entries(SELECTED)) {
    const { data, ...rest } = (await service.app.inject(url)).json();
    expect([path, Object.keys(objectsOf(data)[0] ?? {})]).toEqual([path, [url.replace(/.*fields=/, '')]]);
    const validate = schemaOf(path, 200, 'application/json');
    validate({ data, ...rest });
    expect([path, validate.errors ?? []]).toEqual([path, []]);
    // What is there has its type all the same.
    const wrong = { ...objectsOf(data)[0], [url.replace(/.*fields=/, '')]: {} };
    expect([path, validate({ data: withObject(data, wrong), ...rest })]).toEqual([path, false]);
  }
});

test('what every request can meet is described everywhere, and nothing has the default null', () => {
  for (const [path, operations] of Object.entries(description.paths))
    for (const operation of Object.values(operations))
      expect([path, ...Object.keys(operation.responses)]).toEqual(
        expect.arrayContaining([path, '400', '405', '408', '414', '417', '431', '500']),
      );
  expect(JSON.stringify(description)).not.toContain('"default":null');
});

test('refusals before a route has its turn are as described too', async () => {
  const limited = await startService({
    rateLimiter: { perMinute: 1, burst: 1, take: async () => ({ allowed: false, remaining: 0, retryAfterS: 1, resetS: 1 }) },
  });
  const closed = await startEntrances({ serving: { readAccess: 'key' } });
  const requests = [
    [405, await service.app.inject({ method: 'DELETE', url: '/movies' })],
    [414, await service.app.inject(`/movies?genre=${'x'.repeat(9_000)}`)],
    [414, await service.app.inject(`/movies/${'x'.repeat(101)}`)],
    [400, await service.app.inject('/movies/%E0%A4%A')],
    [406, await service.app.inject({ url: '/movies', headers: { accept: 'text/html' } })],
    [417, await service.app.inject({ url: '/movies', headers: { expect: 'x' } })],
    [429, await limited.app.inject('/movies')],
    [401, await closed.app.inject('/movies')],
    [200, await closed.app.inject({ url: '/movies', headers: { 'x-api-key': (await closed.makeKey('reader')).text } })],
  ] as const;
  const own = (await closed.app.inject('/openapi.json')).json() as Description; // as: what it describes itself by
  for (const [status, response] of requests) {
    expect(response.statusCode).toBe(status);
    const { headers = {}, content = {} } = own.paths['/movies']?.get?.responses[status] ?? {};
    expect([status, headerFaults(own, headers, response.headers)]).toEqual([status, []]);
    expect(Object.keys(content)).toContain(String(response.headers['content-type']).split(';')[0]);
    if (status !== 200) {
      const validate = schemaOf('/movies', 400, 'application/problem+json');
      expect([status, validate(response.json()), validate.errors]).toEqual([status, true, null]);
    }
  }
  await limited.app.close();
  await closed.close();
});

test('whole lists come under the media types and headers that are described', async () => {
  for (const path of [
    '/movies',
    '/titles',
    '/genres',
    '/top_movies',
    '/top_movies/credits',
    '/top_actors',
    '/top_movies_by_genre',
    '/analytics/yearly',
  ]) {
    const { headers = {}, content = {} } = description.paths[path]?.get?.responses[200] ?? {};
    const types = Object.keys(content).filter((type) => type !== 'application/json');
    expect([path, types.length]).toEqual([path, 4]);
    for (const accept of types) {
      const response = await service.app.inject({ url: path, headers: { accept } });
      expect([path, response.statusCode, response.headers['content-type']]).toEqual([path, 200, expect.stringContaining(accept)]);
      expect([path, headerFaults(description, headers, response.headers)]).toEqual([path, []]);
    }
  }
});

test('an answer with a gap says what is missing, as described', () => {
  const validate = ajv.getSchema(`api#/${pointer('components', 'schemas', 'Meta')}`);
  const meta = {
    batch: { version: 1, cut_at: '2026-03-01T10:00:00.000Z', published_at: '2026-03-01T10:00:00.000Z' },
    completeness: 'gap',
    data_source: 'batch',
    last_updated: '2026-03-01T10:00:00.000Z',
  };
  const missing = [{ partition: 'movie.ratings-0', from: 1, to: 5, reason: 'expired' }];
  expect(validate?.({ ...meta, missing })).toBe(true);
  expect(validate?.({ ...meta, missing: [{ partition: 'movie.ratings-0' }] })).toBe(false);
});

test('not modified and too many are described where they happen', () => {
  for (const [path, { get }] of Object.entries(description.paths)) {
    if (/health|metrics/.test(path) || get === undefined) continue;
    // What has no end has no tag.
    const unchanged = path === '/stream' ? [] : ['304'];
    expect([path, ...Object.keys(get.responses)]).toEqual(expect.arrayContaining([path, '200', ...unchanged, '400', '429', '503']));
  }
});

test('the documentation page loads only what its policy allows', async () => {
  const page = await service.app.inject('/docs');
  expect(page.statusCode).toBe(200);
  expect(page.headers['content-security-policy']).toContain("script-src 'self'");
  expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
  const addresses = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? '');
  expect(addresses.length).toBeGreaterThan(3);
  for (const address of addresses) {
    expect(address).toMatch(/^\/docs\//);
    expect([address, (await service.app.inject(address)).statusCode]).toEqual([address, 200]);
  }
});
