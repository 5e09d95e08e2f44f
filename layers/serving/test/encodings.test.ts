/** Bytes that are no UTF-8 are refused wherever they come, not kept as something else. */
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { Registry } from '@rushes/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startServing } from '../src/server.ts';
import { publish } from './catalog.ts';
import { type EntranceService, startEntrances } from './entrance-service.ts';
import { CATALOG } from './films.ts';
import { memoryBatchViews } from './memory-batch-views.ts';
import { objectStore, recordingLogger } from './service.ts';

let service: EntranceService;
let key: string;
beforeAll(async () => {
  service = await startEntrances();
  ({ text: key } = await service.makeKey('writer'));
});
afterAll(() => service.close());

describe('a query', () => {
  test.each([
    ['/movies?genre=Dr%E9ma', ['genre']],
    ['/titles?primary_title_contains=%C3%28&directors=%ff', ['primary_title_contains', 'directors']],
    ['/movies?genre=100%', ['genre']],
    ['/movies?genre=%zz', ['genre']],
    ['/movies?%E9=1', ['%E9']],
    ['/genres?adult=%E9', ['adult']],
  ])('%s', async (url, names) => {
    const response = await service.app.inject(url);
    expect(response.statusCode).toBe(400);
    expect(response.json().errors).toEqual(
      names.map((name) => ({ in: 'query', name, detail: 'cannot be decoded: it must be UTF-8, escaped as %XX' })),
    );
  });

  test('of characters that are not escaped is refused with the reason', async () => {
    const views = memoryBatchViews();
    await publish(views, 1, 1, CATALOG);
    const server = await startServing(
      { views, objects: objectStore(), caches: createMemoryCaches(), rateLimiter: undefined },
      { port: 0 },
      { logger: recordingLogger([]), metrics: new Registry() },
    );
    const ask = async (target: Buffer): Promise<string> => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      socket.write(Buffer.concat([Buffer.from('GET '), target, Buffer.from(' HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')]));
      return text(socket);
    };
    const path = '/titles?fields=tconst&primary_title_contains=';
    expect(await ask(Buffer.from(`${path}%C3%89lan`))).toContain('tt0000002');
    for (const encoding of ['utf8', 'latin1'] as const)
      expect(await ask(Buffer.from(`${path}Élan`, encoding))).toMatch(/^HTTP\/1.1 400 .*beyond ASCII as %XX, in UTF-8/s);
    await server.close();
  });
});

describe('a body', () => {
  const post = (payload: Buffer, type: string) =>
    service.app.inject({
      method: 'POST',
      url: '/movies/tt0000001/reviews',
      payload,
      headers: { 'x-api-key': key, 'content-type': type },
    });
  const review = JSON.stringify({ text: 'Élan, très bien' });

  test.each(['application/json', 'application/json; charset=utf-8', 'application/json;charset="UTF-8"'])(
    'in UTF-8 as %s is read',
    async (type) => {
      expect((await post(Buffer.from(review), type)).statusCode).toBe(202);
    },
  );

  test('in other bytes is refused', async () => {
    const response = await post(Buffer.from(review, 'latin1'), 'application/json');
    expect(response.statusCode).toBe(400);
    expect(response.json().errors).toEqual([{ in: 'body', name: 'body', detail: 'cannot be decoded: its bytes are not UTF-8' }]);
  });

  test.each(['iso-8859-1', 'utf-16le', 'windows-1252', 'nonsense'])('in the charset %s is refused', async (charset) => {
    const response = await post(Buffer.from(review, 'latin1'), `application/json; charset=${charset}`);
    expect(response.statusCode).toBe(415);
    expect(response.json().detail).toBe(`The body's charset is ${charset}: only UTF-8 is read.`);
  });
});

describe('an instant', () => {
  test.each([
    ['+010000-01-01T00:00:00Z', 'must lie in the years 1 to 9999'],
    ['+275760-09-13T00:00:00.000Z', 'must lie in the years 1 to 9999'],
    ['-000001-12-31T00:00:00Z', 'must lie in the years 1 to 9999'],
    ['0000-12-31T00:00:00Z', 'must lie in the years 1 to 9999'],
    ['9999-12-31T23:30:00Z', 'must be such that its window lies in the years 1 to 9999'],
    ['0001-01-02T00:00:00Z', 'must be such that its window lies in the years 1 to 9999'],
  ])('%s is refused', async (asOf, detail) => {
    const response = await service.app.inject(`/movies/tt0000001/sentiment?window=7d&as_of=${encodeURIComponent(asOf)}`);
    expect(response.statusCode).toBe(400);
    expect(response.json().errors).toMatchObject([{ in: 'query', name: 'as_of' }]);
    // Years beyond four digits are none of the format's.
    if (!/^[+-]/.test(asOf)) expect(response.json().errors[0].detail).toBe(detail);
  });

  test.each(['0001-02-01T00:00:00Z', '9999-12-01T00:00:00Z', '2024-02-29T23:59:59+02:00'])('%s is read', async (asOf) => {
    expect((await service.app.inject(`/movies/tt0000001/sentiment?window=7d&as_of=${encodeURIComponent(asOf)}`)).statusCode).toBe(200);
  });

  test('before the year 1 is no time of an event', async () => {
    const response = await service.app.inject({
      method: 'POST',
      url: '/movies/tt0000001/ratings',
      payload: { score: 5, at: '0000-12-31T23:59:59Z' },
      headers: { 'x-api-key': key },
    });
    expect(response.json()).toMatchObject({ status: 400, errors: [{ in: 'body', name: 'at', detail: 'must lie in the years 1 to 9999' }] });
  });
});
