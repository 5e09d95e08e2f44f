/** Two replicas on the same stores that share receipts and claims by way of Redis: a retry may reach either. And what holds where Redis is lost. */
import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { redisCaches } from '@rushes/adapters/redis-caches';
import { openRedisLink, type RedisLink } from '@rushes/adapters/redis-link';
import { parseRedisUrl } from '@rushes/adapters/server-addresses';
import type { Caches } from '@rushes/ports';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';

import { type EntranceService, startEntrances } from './entrance-service.ts';

const ADDRESS = process.env['TEST_REDIS'] ?? '';

describe.skipIf(ADDRESS === '')('replicas on one Redis', () => {
  const links: RedisLink[] = [];
  const services: EntranceService[] = [];
  afterEach(async () => {
    for (const service of services.splice(0)) await service.close();
    for (const link of links.splice(0)) await link.close();
  });

  const ignored = { onCall: () => {}, onRead: () => {}, onTrouble: () => {}, onRecovery: () => {} };
  const newLink = async (keyPrefix: string): Promise<RedisLink> => {
    const link = await openRedisLink({ at: parseRedisUrl(`redis://${ADDRESS}/0`), keyPrefix, observer: ignored, answerMs: 5_000 });
    links.push(link);
    return link;
  };
  /** Each replica has a connection and a memory of its own. */
  const start = async () => {
    const prefix = `t${crypto.randomUUID()}`;
    const shared = [await newLink(prefix), await newLink(prefix), await newLink(prefix)];
    let opened = 0;
    const service = await startEntrances({
      wrap: (name, store) => {
        if (name !== 'caches') return store;
        const link = shared[opened++];
        // as: what stands in the place of caches
        return (link === undefined ? store : redisCaches(link, store as unknown as Caches)) as unknown as typeof store;
      },
    });
    services.push(service);
    const { text } = await service.makeKey('writer');
    const post = (app: FastifyInstance, url: string, payload: object, key: string) =>
      app.inject({ method: 'POST', url, payload, headers: { 'x-api-key': text, 'idempotency-key': key } });
    return { service, one: service.app, other: await service.replica(), post, shared, prefix };
  };
  const eventIdIn = ({ body }: { readonly body: string }): string =>
    (JSON.parse(body) as { readonly data: { readonly event_id: string } }).data.event_id; // as: the contract's answer
  const RATINGS = '/movies/tt0000001/ratings';

  test('a retry that reaches another replica has the same answer, and is appended once', async () => {
    const { service, one, other, post } = await start();
    const first = await post(one, RATINGS, { score: 9 }, 'k');
    const again = await post(other, RATINGS, { score: 9 }, 'k');
    expect(first.statusCode).toBe(202);
    expect([again.statusCode, again.body, again.headers['rushes-position']]).toEqual([202, first.body, first.headers['rushes-position']]);
    expect((await post(other, RATINGS, { score: 8 }, 'k')).statusCode).toBe(422);
    expect(await service.events()).toHaveLength(1);
  });

  test('the same request to both at once is appended once', async () => {
    const { service, one, other, post } = await start();
    const answers = await Promise.all([one, other, one, other].map((app) => post(app, RATINGS, { score: 9 }, 'k')));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(await service.events()).toHaveLength(1);
  });

  test('a movie is one request’s on all replicas', async () => {
    const { service, one, other, post } = await start();
    const body = { title: 'A film', imdb_link: 'https://www.imdb.com/title/tt99999999/' };
    const answers = await Promise.all([post(one, '/movies', body, 'a'), post(other, '/movies', body, 'b')]);
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([202, 409]));
    expect((await post(other, '/movies', body, 'c')).statusCode).toBe(409);
    expect(await service.events()).toHaveLength(1);
  });

  test('where Redis is lost a retry elsewhere is appended again, with the same ids, and counts once', async () => {
    const { service, one, other, post, shared } = await start();
    const first = await post(one, RATINGS, { score: 9 }, 'k');
    for (const link of shared) await link.close();
    const again = await post(other, RATINGS, { score: 9 }, 'k');
    expect(again.statusCode).toBe(202);
    expect(eventIdIn(again)).toBe(eventIdIn(first));
    expect(await service.events()).toHaveLength(2);
    await service.project();
    // The process that accepted it still knows it.
    expect((await post(one, RATINGS, { score: 9 }, 'k')).body).toBe(first.body);
    expect(await service.events()).toHaveLength(2);
  });

  test.each([0, 1])(
    'a receipt of an event that the log has lost, as by a restored backup, is worth nothing; %i others in its place',
    async (others) => {
      const [before, after] = [await start(), await start()];
      const first = await before.post(before.one, RATINGS, { score: 9 }, 'k');
      expect(first.statusCode).toBe(202);
      // What the one replica accepted, as the log of the other never had it.
      const eventId = eventIdIn(first);
      const receiptsUnder = async (prefix: string) =>
        redisCaches(await newLink(prefix), createMemoryCaches()).cache<unknown>({
          name: 'receipts',
          maxBytes: 1_000_000,
          bytesOf: () => 300,
        });
      const receipt = await (await receiptsUnder(before.prefix)).get(eventId);
      expect(receipt).toMatchObject({ receipt: { eventId } });
      await (await receiptsUnder(after.prefix)).set(eventId, receipt, 60_000);
      for (let n = 0; n < others; n++) await after.post(after.other, RATINGS, { score: 1 }, `other-${n}`);
      const again = await after.post(after.one, RATINGS, { score: 9 }, 'k');
      expect(again.statusCode).toBe(202);
      expect(await after.service.events()).toHaveLength(others + 1);
      expect((await after.post(after.other, RATINGS, { score: 9 }, 'k')).body).toBe(again.body);
      expect(await after.service.events()).toHaveLength(others + 1);
    },
  );
});
