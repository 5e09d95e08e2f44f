/** The description is valid, names every route, and real answers are as described. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

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
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>>; readonly headers?: object }>>;
}
interface Description {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, { readonly get?: Operation; readonly post?: Operation }>>;
}

/** A request for every documented path, and one that finds nothing where there are ids. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  '/movies': ['/movies?count=true&page_size=2', '/movies?type=all', '/movies?page_size=0'],
  '/movies/{id}': ['/movies/tt0000001', '/movies/tt0000005', '/movies/tt0000007', '/movies/tt9999999', '/movies/x'],
  '/movies/{id}/titles': ['/movies/tt0000001/titles', '/movies/tt9999999/titles'],
  '/movies/{id}/credits': ['/movies/tt0000001/credits', '/movies/tt0000005/credits', '/movies/tt9999999/credits'],
  '/movies/{id}/sentiment': ['/movies/tt0000001/sentiment', '/movies/tt9999999/sentiment', '/movies/tt0000001/sentiment?window=1h'],
  '/explain': ['/explain?movie_id=tt0000001', '/explain?movie_id=tt0000001&view=movie_reviews', '/explain'],
  '/changes': ['/changes', '/changes?since=x'],
  '/titles': ['/titles?count=true', '/titles?sort=up'],
  '/genres': ['/genres', '/genres?x=1'],
  '/top_movies': ['/top_movies', '/top_movies?limit=0'],
  '/top_movies/credits': ['/top_movies/credits', '/top_movies/credits?movies=0'],
  '/top_actors': ['/top_actors', '/top_actors?limit=0'],
  '/top_movies_by_genre': ['/top_movies_by_genre?min_votes=0', '/top_movies_by_genre?per_genre=0'],
  '/people/{nconst}': ['/people/nm0000001', '/people/nm0000005', '/people/nm9999999', '/people/x'],
  '/people/{nconst}/network': ['/people/nm0000003/network', '/people/nm0000002/network', '/people/nm9999999/network'],
  '/catalog': ['/catalog', '/catalog?x=1'],
  '/health': ['/health'],
  '/health/live': ['/health/live'],
  '/health/ready': ['/health/ready'],
  '/metrics': ['/metrics'],
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
      const required = parameter.in === 'path' || (operationId === 'explain' && parameter.name === 'movie_id');
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
      const body: unknown = type === 'text/plain' ? response.body : response.json();
      validate(body);
      expect(validate.errors ?? []).toEqual([]);
      const documented = Object.keys(description.paths[path]?.get?.responses[response.statusCode]?.headers ?? {});
      // The last page has no link.
      expect(documented.filter((header) => header !== 'link' && response.headers[header] === undefined)).toEqual([]);
    }
  });
});

test('a response that lacks a field is noticed by these schemas', async () => {
  const body = (await service.app.inject('/movies')).json();
  delete body.data[0].title;
  expect(schemaOf('/movies', 200, 'application/json')(body)).toBe(false);
});

test('not modified and too many are described where they happen', () => {
  for (const [path, { get }] of Object.entries(description.paths)) {
    if (/health|metrics/.test(path) || get === undefined) continue;
    expect([path, ...Object.keys(get.responses)]).toEqual(expect.arrayContaining([path, '200', '304', '400', '429', '503']));
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
