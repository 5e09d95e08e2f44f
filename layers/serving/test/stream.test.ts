/** `/stream` on real connections: what it tells, and where it goes on. */
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';

import { DEFAULT_OPTIONS, type ServingOptions } from '../src/options.ts';
import { type Catalog, idOf, publish } from './catalog.ts';
import { type EntranceService, type EntranceServiceOptions, startEntrances } from './entrance-service.ts';
import { type EventSource, messagesOf, openEventSource } from './event-source.ts';
import { CATALOG } from './films.ts';
import { startService } from './service.ts';

const PATIENCE = { timeout: 10_000, interval: 5 };
/** Of two partitions. */
const [FILM, OTHER] = ['tt0000001', 'tt0000004'];
const ZERO = Array.from({ length: 18 }, () => 0).join('.');

let service: EntranceService;
let url: string;
let key: string;
const sources: EventSource[] = [];
const apps: FastifyInstance[] = [];

const streams = (given: Partial<ServingOptions['eventStreams']> = {}): Partial<ServingOptions> => ({
  eventStreams: { ...DEFAULT_OPTIONS.eventStreams, answerPauseMs: 1, ...given },
});
const start = async (options: EntranceServiceOptions = {}): Promise<void> => {
  service = await startEntrances({ ...options, serving: { ...streams(), ...options.serving } });
  url = await service.app.listen({ host: '127.0.0.1', port: 0 });
  key = (await service.makeKey('writer')).text;
};
const open = async (path: string, headers: Readonly<Record<string, string>> = {}, at = url): Promise<EventSource> => {
  const source = await openEventSource(`${at}${path}`, headers);
  sources.push(source);
  return source;
};
afterEach(async () => {
  for (const source of sources.splice(0)) source.kill();
  for (const app of apps.splice(0)) await app.close();
  await service.close();
});

const show = async (): Promise<void> => {
  await service.project();
  for (const app of [service.app, ...apps]) await app.snapshots.poll();
};
const rate = async (film: string, score: number): Promise<void> => {
  const request = { method: 'POST', url: `/movies/${film}/ratings`, payload: { score }, headers: { 'x-api-key': key } } as const;
  expect((await service.app.inject(request)).statusCode).toBe(202);
};
const review = async (film: string, text: string): Promise<void> => {
  const request = { method: 'POST', url: `/movies/${film}/reviews`, payload: { text }, headers: { 'x-api-key': key } } as const;
  expect((await service.app.inject(request)).statusCode).toBe(202);
};
interface Change {
  readonly movie_id: string;
  readonly partition: string;
  readonly offset: number;
}
const changesOf = async (source: EventSource, count: number): Promise<readonly Change[]> =>
  (await messagesOf(source, 'change', count)).map(({ data }) => JSON.parse(data) as Change); // as: `/changes`' entries
const listed = async (since: string): Promise<{ readonly position: string; readonly changes: readonly Change[] }> =>
  (await service.app.inject(`/changes?since=${since}&limit=500`)).json().data;
/** Another version, with one film's votes changed. */
const publishAnew = (number: number, votes: number): Promise<unknown> => {
  const films = CATALOG.films.map((film) => (film.tconst === FILM ? { ...film, votes } : film));
  return publish(service.views, number, number, { ...CATALOG, films } satisfies Catalog);
};

describe('changes', () => {
  test('are told as they come, as /changes lists them, each with the position after it', async () => {
    await start();
    const source = await open('/stream');
    expect([source.status, source.headers['content-type'], source.headers['cache-control'], source.headers['x-accel-buffering']]).toEqual([
      200,
      'text/event-stream',
      'no-store',
      'no',
    ]);
    const [version] = await messagesOf(source, 'version', 1);
    expect(version).toEqual({
      type: 'version',
      lastEventId: ZERO,
      data: JSON.stringify({
        publication: 1,
        batch: { version: 1, cut_at: '2026-03-01T10:00:00.000Z', published_at: '2026-03-01T10:01:30.000Z' },
        missing: [],
      }),
    });
    expect([source.retryMs(), source.headers['rushes-position'], source.headers['content-encoding']]).toEqual([2000, ZERO, undefined]);

    await rate(FILM, 9);
    await show();
    const [first] = await changesOf(source, 1);
    expect(first).toMatchObject({ movie_id: idOf(FILM), epoch: 1, offset: 0, at: '2026-03-01T11:00:00.000Z' });
    await rate(OTHER, 3);
    await review(FILM, 'Wonderful.');
    await show();
    const { changes, position } = await listed(ZERO);
    expect(changes.length).toBe(3);
    const told = await messagesOf(source, 'change', 3);
    // Partitions have no order among each other.
    const byPlace = (one: Change): string => `${one.partition} ${one.offset}`;
    expect(new Map(told.map(({ data }) => [byPlace(JSON.parse(data)), data]))).toEqual(
      new Map(changes.map((one) => [byPlace(one), JSON.stringify(one)])),
    );
    expect(told.at(-1)?.lastEventId).toBe(position);
    for (const [at, { lastEventId }] of told.entries()) {
      const { changes: after } = await listed(lastEventId);
      expect(after.map(byPlace).toSorted()).toEqual(
        told
          .slice(at + 1)
          .map(({ data }) => byPlace(JSON.parse(data)))
          .toSorted(),
      );
    }
  });

  test('are told from a position on, and after the last message that was seen, whatever the address says', async () => {
    await start();
    await rate(FILM, 9);
    await show();
    const { position } = await listed(ZERO);
    await rate(OTHER, 3);
    await show();
    expect(await changesOf(await open(`/stream?since=${ZERO}`), 2)).toHaveLength(2);
    const later = await open(`/stream?since=${position}`);
    expect((await changesOf(later, 1)).map(({ movie_id }) => movie_id)).toEqual([idOf(OTHER)]);
    const again = await open(`/stream?since=${ZERO}`, { 'last-event-id': position });
    expect((await changesOf(again, 1)).map(({ movie_id }) => movie_id)).toEqual([idOf(OTHER)]);
    // Who names no position hears of what comes from now on.
    const fresh = await open('/stream');
    await messagesOf(fresh, 'version', 1);
    await rate(FILM, 8);
    await show();
    expect((await changesOf(fresh, 1)).map(({ movie_id, offset }) => [movie_id, offset])).toEqual([[idOf(FILM), 1]]);
  });

  test('of some titles alone, by any id, or of a genre; the position moves on with the others too', async () => {
    await start({ serving: streams({ heartbeatMs: 30 }) });
    const [byId, byGenre] = [await open(`/stream?movie_id=${FILM}&movie_id=${idOf('tt0000002')}`), await open('/stream?genre=THRILLER')];
    for (const film of [OTHER, FILM, 'tt0000005']) await rate(film, 7);
    await show();
    const { position } = await listed(ZERO);
    expect((await changesOf(byId, 1)).map(({ movie_id }) => movie_id)).toEqual([idOf(FILM)]);
    expect((await changesOf(byGenre, 1)).map(({ movie_id }) => movie_id)).toEqual([idOf(OTHER)]);
    await expect.poll(() => [byId.lastEventId(), byGenre.lastEventId()], PATIENCE).toEqual([position, position]);
    expect([byId, byGenre].map(({ messages }) => messages.filter(({ type }) => type === 'change').length)).toEqual([1, 1]);
  });

  test('of a film that was posted with a genre, and of a genre that a film loses', async () => {
    await start();
    const source = await open('/stream?genre=western');
    const payload = { title: 'Dust', genres: ['Western'] };
    const posted = await service.app.inject({ method: 'POST', url: '/movies', payload, headers: { 'x-api-key': key } });
    await show();
    expect((await changesOf(source, 1)).map(({ movie_id }) => movie_id)).toEqual([posted.json().data.movie_id]);
  });

  test('with which version answers come from, and again when it is another', async () => {
    await start();
    const source = await open('/stream');
    await messagesOf(source, 'version', 1);
    await publishAnew(2, 500);
    await service.app.snapshots.poll();
    const [, second] = await messagesOf(source, 'version', 2);
    expect(JSON.parse(second?.data ?? '')).toMatchObject({ publication: 2, batch: { version: 2 } });
  });

  test('a quiet stream says where it is', async () => {
    await start({ serving: streams({ heartbeatMs: 20 }) });
    const source = await open('/stream');
    await expect.poll(() => source.text().split(`\nid: ${ZERO}\n\n`).length, PATIENCE).toBeGreaterThan(3);
    expect(source.messages).toHaveLength(1);
  });

  test('that are not kept any more: 410 before the stream begins, its end where they went meanwhile', async () => {
    let isForgotten = false;
    await start({
      wrap: (name, store) =>
        name !== 'speed'
          ? store
          : new Proxy(store, {
              get: (target, property) => {
                const member: unknown = Reflect.get(target, property);
                if (property !== 'changesAfter' || typeof member !== 'function') return member;
                return async (...args: readonly unknown[]): Promise<unknown> => {
                  const found = (await Reflect.apply(member, target, args)) as readonly { readonly from: number }[]; // as: change records
                  return isForgotten ? found.filter(({ from }) => from > 0) : found;
                };
              },
            }),
    });
    await rate(FILM, 9);
    await show();
    isForgotten = true;
    const refused = await open(`/stream?since=${ZERO}`);
    expect([refused.status, refused.headers['content-type']]).toEqual([410, 'application/problem+json; charset=utf-8']);
    expect(JSON.parse(await refused.body())).toMatchObject({ status: 410, detail: expect.stringContaining('read the lists anew') });
    expect((await service.app.inject(`/changes?since=${ZERO}`)).statusCode).toBe(410);
    const [{ position }] = [await listed((await service.app.inject('/movies')).headers['rushes-position'] as string)]; // as: a header that is there
    expect((await open('/stream', { 'last-event-id': position })).status).toBe(200);
  });
});

describe('an answer that is followed', () => {
  test('is told first of all, and whenever it is another one: what a fresh request says, byte for byte', async () => {
    await start();
    const source = await open('/stream?view=top_movies&limit=3&min_votes=0');
    const fresh = async () => {
      const { body, headers } = await service.app.inject('/top_movies?limit=3&min_votes=0');
      return { data: body, lastEventId: String(headers['rushes-position']) };
    };
    expect(await messagesOf(source, 'answer', 1)).toEqual([{ type: 'answer', ...(await fresh()) }]);
    await rate(FILM, 1);
    await show();
    expect((await messagesOf(source, 'answer', 2)).at(-1)).toEqual({ type: 'answer', ...(await fresh()) });
    await publishAnew(2, 3);
    await service.app.snapshots.poll();
    const third = (await messagesOf(source, 'answer', 3)).at(-1);
    expect(third).toEqual({ type: 'answer', ...(await fresh()) });
    expect(JSON.parse(third?.data ?? '')).toMatchObject({ meta: { batch: { version: 2 } } });
  });

  test('is not told where it stays the same; the position that it is right at moves on', async () => {
    await start({ serving: streams({ heartbeatMs: 30 }) });
    const source = await open('/stream?view=top_movies');
    await messagesOf(source, 'answer', 1);
    await review(FILM, 'Fine.');
    await show();
    const { position } = await listed(ZERO);
    await expect.poll(() => source.lastEventId(), PATIENCE).toBe(position);
    expect(source.messages).toHaveLength(1);
  });

  test('no oftener than so: what comes meanwhile is in the next one', async () => {
    await start({ serving: streams({ answerPauseMs: 400 }) });
    const source = await open('/stream?view=top_movies&min_votes=0');
    await messagesOf(source, 'answer', 1);
    for (const score of [1, 2, 3]) {
      await rate(FILM, score);
      await show();
    }
    const last = (await messagesOf(source, 'answer', 2)).at(-1);
    expect(last?.data).toBe((await service.app.inject('/top_movies?min_votes=0')).body);
  });

  test('costs one computation, however many follow it', async () => {
    await start();
    const all = await Promise.all(Array.from({ length: 10 }, () => open('/stream?view=top_movies&min_votes=0')));
    for (const source of all) await messagesOf(source, 'answer', 1);
    const before = service.views.reads;
    await publishAnew(2, 3);
    await service.app.snapshots.poll();
    for (const source of all) await messagesOf(source, 'answer', 2);
    const followed = service.views.reads - before;
    await publishAnew(3, 4);
    await service.app.snapshots.poll();
    for (const source of all) await messagesOf(source, 'answer', 3);
    const one = service.views.reads;
    await service.app.inject('/top_movies?min_votes=1');
    expect(followed).toBeLessThanOrEqual(2 * (service.views.reads - one));
  });

  test('needs no speed layer', async () => {
    await start();
    const { app } = await startService({ serving: streams({ maxMs: 50 }) });
    apps.push(app);
    const followed = await app.inject('/stream?view=top_movies');
    expect([followed.statusCode, followed.body]).toEqual([200, expect.stringContaining('event: answer\ndata: {"data":[')]);
    const changes = await app.inject('/stream');
    expect([changes.statusCode, changes.json().detail]).toEqual([503, 'This service has no speed layer to follow.']);
    apps.length = 0;
    await app.close();
  });
});
