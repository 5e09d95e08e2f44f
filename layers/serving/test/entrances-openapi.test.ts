/** The entrances are as the API's description says: keys, bodies with examples that can be posted, every status with its shape. */
import { readFileSync } from 'node:fs';

import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type DescribedHeader, headerFaults } from './described-headers.ts';
import { type EntranceService, startEntrances } from './entrance-service.ts';

interface Operation {
  readonly security: unknown;
  readonly parameters: readonly { readonly in: string; readonly name: string; readonly description?: string }[];
  readonly requestBody: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, { readonly schema: { readonly additionalProperties?: boolean }; readonly example?: object }>>;
  };
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly headers?: Readonly<Record<string, DescribedHeader>>;
        readonly content: Readonly<Record<string, unknown>>;
        readonly links?: Readonly<Record<string, { readonly operationId: string; readonly parameters: Readonly<Record<string, string>> }>>;
      }
    >
  >;
}

interface Description {
  readonly paths: Readonly<Record<string, { readonly post?: Operation }>>;
  readonly components: {
    readonly securitySchemes: object;
    readonly headers: Readonly<Record<string, { readonly required?: boolean }>>;
  };
}

const PATHS = ['/movies', '/movies/{id}/ratings', '/movies/{id}/reviews'];

let service: EntranceService;
let description: Description;
let ajv: Ajv2020;
let key = '';
beforeAll(async () => {
  service = await startEntrances();
  key = (await service.makeKey('writer')).text;
  description = (await service.app.inject('/openapi.json')).json();
  ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(description, 'api');
});
afterAll(() => service.close());

const operationOf = (path: string): Operation => {
  const post = description.paths[path]?.post;
  if (post === undefined) throw new Error(`${path} cannot be posted to`);
  return post;
};

const pointer = (...parts: readonly string[]) =>
  parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');

test('all that can be posted to, with a key in either header', () => {
  const posted = Object.entries(description.paths).filter(([, { post }]) => post !== undefined);
  expect(posted.map(([path]) => path).toSorted()).toEqual(PATHS);
  expect(description.components.securitySchemes).toMatchObject({
    apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
    bearer: { type: 'http', scheme: 'bearer' },
    bearerAuth: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  });
  for (const [, { post }] of posted) expect(post?.security).toEqual([{ apiKey: [] }, { bearer: [] }, { bearerAuth: [] }]);
});

describe.each(PATHS)('%s', (path) => {
  const url = path.replace('{id}', 'tt0000001');

  test('describes its headers, and its body with an example that is accepted', async () => {
    const { parameters, requestBody } = operationOf(path);
    expect(parameters.filter(({ in: where }) => where === 'header').map(({ name }) => name)).toEqual(['idempotency-key', 'prefer']);
    for (const parameter of parameters) expect(parameter.description).toMatch(/./);
    const [type, ...others] = Object.entries(requestBody.content);
    expect([type?.[0], others]).toEqual(['application/json', []]);
    expect(requestBody.required).toBe(true);
    const { schema, example } = type?.[1] ?? {};
    expect(schema?.additionalProperties).toBe(false);
    expect(Object.keys(example ?? {}).length).toBeGreaterThan(2);
    const response = await service.app.inject({ method: 'POST', url, payload: example ?? {}, headers: { 'x-api-key': key } });
    expect(response.statusCode).toBe(202);
  });

  test('links lead from the answer to the movie as it is after the write', async () => {
    const posted = await service.app.inject({
      method: 'POST',
      url,
      payload: path === '/movies' ? { title: 'x' } : path.endsWith('ratings') ? { score: 5 } : { text: 'x' },
      headers: { 'x-api-key': key, 'idempotency-key': `links-${path.replaceAll(/[{}]/g, '')}` },
    });
    await service.project();
    await service.app.snapshots.poll();
    const links = operationOf(path).responses[String(posted.statusCode)]?.links ?? {};
    expect(Object.values(links).map(({ operationId }) => operationId)).toEqual(['getMovie', 'getMovieSentiment']);
    for (const { operationId, parameters } of Object.values(links)) {
      expect(parameters).toEqual({ id: '$response.body#/data/movie_id', 'rushes-min-position': '$response.header.rushes-position' });
      const read = await service.app.inject({
        url: `/movies/${posted.json().data.movie_id}${operationId === 'getMovie' ? '' : '/sentiment'}`,
        headers: { 'rushes-min-position': String(posted.headers['rushes-position']) },
      });
      expect(read.statusCode).toBe(200);
    }
  });

  test('answers as described, whatever the status', async () => {
    const body = path === '/movies' ? { title: 'x' } : path.endsWith('ratings') ? { score: 5 } : { text: 'x' };
    const reader = await service.makeKey('reader');
    const send = (payload: object, headers: Record<string, string> = {}, at = url) =>
      service.app.inject({ method: 'POST', url: at, payload, headers: { 'x-api-key': key, ...headers } });
    const once = { 'idempotency-key': path.replaceAll(/[{}]/g, '') };
    const responses = [
      await send(body, once),
      await send({ ...body, at: 5 }),
      await send(body, { 'x-api-key': '' }),
      await send(body, { 'x-api-key': reader.text }),
      await send({ ...body, text: 'x'.repeat(700_000) }),
      await send({ ...body, [path === '/movies' ? 'title' : path.endsWith('ratings') ? 'user' : 'text']: 'other' }, once),
      await service.app.inject({
        method: 'POST',
        url,
        payload: 'x',
        headers: { 'x-api-key': key, 'content-type': 'text/plain' },
      }),
      path === '/movies'
        ? await send({ title: 'x', imdb_link: 'https://www.imdb.com/title/tt0000001/' })
        : await send(body, {}, url.replace('tt0000001', 'tt9999999')),
    ];
    await service.project();
    await service.app.snapshots.poll();
    responses.push(await send(body, { ...once, prefer: 'wait=1' }));
    expect(responses.map(({ statusCode }) => statusCode)).toEqual([202, 400, 401, 403, 413, 422, 415, path === '/movies' ? 409 : 404, 201]);
    for (const response of responses) {
      const [type = ''] = String(response.headers['content-type']).split(';');
      const status = String(response.statusCode);
      const validate = ajv.getSchema(`api#/${pointer('paths', path, 'post', 'responses', status, 'content', type, 'schema')}`);
      expect([status, validate?.(response.json()), validate?.errors]).toEqual([status, true, null]);
      expect([status, headerFaults(description, operationOf(path).responses[status]?.headers ?? {}, response.headers)]).toEqual([
        status,
        [],
      ]);
    }
  });
});

describe('docs/api.md', () => {
  const page = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
  const examples = [...page.matchAll(/^POST (\S+)\n(?:[A-Z]\S+: .*\n)*\n(\{[\s\S]*?)\n```$/gm)].map(
    ([, url = '', body = '']) => [url, body] as const,
  );

  test('shows a body for everything that can be posted', () => {
    expect(examples.map(([url]) => url.replace('tt0000001', '{id}')).toSorted()).toEqual(PATHS);
  });

  test.each(examples)('POST %s', async (url, body) => {
    const response = await service.app.inject({
      method: 'POST',
      url,
      payload: body,
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
    });
    expect(response.statusCode).toBe(202);
  });
});
