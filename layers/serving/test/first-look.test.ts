/** What somebody sees first: the address in a browser, the documentation's examples, and an id that is not there. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { publish } from './catalog.ts';
import { type EntranceService, startEntrances } from './entrance-service.ts';
import { FILMS, PEOPLE } from './films.ts';
import { startService, type Service } from './service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.app.close());

describe('/ in a browser', () => {
  test('says what is served and how old it is', async () => {
    const response = await service.app.inject({ url: '/', headers: { accept: 'text/html' } });
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(response.body).toContain('8 titles, 5 people, 4 genres');
    expect(response.body).toContain('Version 1 of 2026-03-01T10:00:00.000Z, 1 hour old');
  });

  test('has five links that lead somewhere', async () => {
    const links = [...(await service.app.inject('/')).body.matchAll(/href="([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(links).toHaveLength(5);
    for (const link of links) expect((await service.app.inject(link)).statusCode).toBeLessThan(400);
  });

  test('says that a sample is a sample, and so does /health', async () => {
    const { app, views } = await startService();
    const published = await views.currentPublication();
    if (published === undefined) throw new Error('nothing is published');
    await views.insertPublication({ ...published, number: 2, origin: 'sample' });
    await app.snapshots.poll();
    expect((await app.inject('/')).body).toContain('8 titles, 5 people, 4 genres: a sample');
    expect((await app.inject('/health')).json()).toMatchObject({ components: { batch: { origin: 'sample' } } });
    await app.close();
  });

  test('is a page before anything is published, too', async () => {
    const { app } = await startService({ catalog: undefined });
    const response = await app.inject('/');
    expect(response.statusCode).toBe(200);
    expect(response.body).toContain('Nothing is served yet');
    await app.close();
  });
});

describe.each(['/openapi.json', '/docs/json'])('examples in %s', (url) => {
  interface Described {
    readonly in: string;
    readonly name: string;
    /** Several of a parameter that can be repeated. */
    readonly example?: string | readonly string[];
  }
  const examplesOf = async ({ app }: Pick<Service, 'app'>): Promise<readonly (readonly [string, string | undefined])[]> => {
    const { paths }: { paths: Record<string, Record<string, { parameters?: readonly Described[] }>> } = (await app.inject(url)).json();
    return Object.entries(paths).flatMap(([path, operations]) =>
      Object.values(operations).flatMap(({ parameters = [] }) =>
        parameters.flatMap(({ in: where, name, example: examples }) => {
          const isId = (where === 'path' && name !== 'genre') || name === 'movie_id';
          const ids = isId ? [examples].flat() : [];
          return ids.map((id) => [where === 'path' ? path.replace(`{${name}}`, String(id)) : `${path}?movie_id=${id}`, id] as const);
        }),
      ),
    );
  };

  test('are ids that the served version has', async () => {
    const examples = await examplesOf(service);
    expect(examples.length).toBeGreaterThan(8);
    for (const [path, example] of examples) {
      expect(example).toMatch(/^(tt0000001|nm0000003)$/);
      // Some need more than an id, or never end.
      if (!/ratings|reviews|activity|explain\/popularity|stream/.test(path)) expect((await service.app.inject(path)).statusCode).toBe(200);
    }
  });

  test('follow the version, and are left out where there is nothing', async () => {
    const { app, views } = await startService({ catalog: undefined });
    expect(new Set((await examplesOf({ app })).map(([, example]) => example))).toEqual(new Set([undefined]));
    await publish(views, 1, 1, { films: FILMS.slice(1, 2), people: PEOPLE });
    await app.snapshots.poll();
    expect(new Set((await examplesOf({ app })).map(([, example]) => example))).toEqual(new Set(['tt0000002', 'nm0000003']));
    await app.close();
  });
});

test('the documentation fills in no idempotency key: tried twice, it would be refused or count once', async () => {
  const { paths } = (await service.app.inject('/openapi.json')).json();
  const keys = Object.values<{ post?: { parameters: readonly { name: string }[] } }>(paths).flatMap(({ post }) =>
    (post?.parameters ?? []).filter(({ name }) => name === 'idempotency-key'),
  );
  expect(keys).toHaveLength(3);
  for (const key of keys) expect(JSON.stringify(key)).not.toContain('example');
});

test('tags are words that a reader understands, each described and used', async () => {
  const { paths, tags } = (await service.app.inject('/openapi.json')).json();
  const used = Object.values<Record<string, { tags: readonly string[] }>>(paths).flatMap((operations) =>
    Object.values(operations).flatMap((operation) => operation.tags),
  );
  expect(tags.map(({ name }: { name: string }) => name).toSorted()).toEqual([...new Set(used)].toSorted());
  for (const { name } of tags) expect(name).toMatch(/^[A-Z][a-z ]+$/);
});

describe('an id that is not there is named as it was asked for', () => {
  let posting: EntranceService;
  let key: string;
  beforeAll(async () => {
    posting = await startEntrances();
    ({ text: key } = await posting.makeKey('writer'));
  });
  afterAll(() => posting.close());

  test.each(['tt9999999', '00000000-0000-4000-8000-00000000ABCD', 'tmdb:278'])('%s', async (id) => {
    for (const path of ['', '/titles', '/credits', '/sentiment'])
      expect((await posting.app.inject(`/movies/${id}${path}`)).json()).toMatchObject({
        status: 404,
        detail: expect.stringContaining(` ${id}`),
      });
    const posts = { ratings: { score: 5 }, reviews: { text: 'x' } };
    for (const [path, payload] of Object.entries(posts)) {
      const response = await posting.app.inject({ method: 'POST', url: `/movies/${id}/${path}`, payload, headers: { 'x-api-key': key } });
      expect(response.json()).toMatchObject({ status: 404, detail: expect.stringContaining(` ${id}`) });
    }
  });
});
