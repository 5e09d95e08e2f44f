/** More requests than can be computed: who is answered, who is refused, and how soon. */
import type { Registry } from '@rushes/runtime';
import { expect, test } from 'vitest';

import { NEVER_TOO_MUCH, startService } from './service.ts';

const FAR_AWAY_MS = 3_600_000;
/** Answers that are computed at a time, and that wait. */
const RUNNING = 32;
const IN_LINE = 1024;
/** Less than can wait: none of them is refused before the first run. */
const FIRST = 400;
/** More than can wait. */
const TOO_MANY = 100;
/** Each list is another one. */
const page = (n: number): string => `/movies?votes_gte=${n}`;

/** Until so many requests of a kind wait in line. */
const untilWaiting = async (metrics: Registry, kind: string, count: number): Promise<void> => {
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    if ((await metrics.metrics()).includes(`rushes_http_waiting{kind="${kind}"} ${count}\n`)) return;
  }
};

/** A service whose views do not answer until `open` is called. */
const heldUp = async () => {
  const held = Promise.withResolvers<void>();
  const service = await startService({
    serving: { overload: { ...NEVER_TOO_MUCH, maxWaitMs: FAR_AWAY_MS, retryAfterS: 3 }, handlerTimeoutMs: FAR_AWAY_MS },
  });
  expect((await service.app.inject('/movies')).statusCode).toBe(200);
  service.views.beforeRead = () => held.promise;
  return { ...service, open: held.resolve };
};

test('what finds no place is refused at once, while answers that are ready and probes are given; later all is as before', async () => {
  const { app, views, metrics, open } = await heldUp();
  const reads = views.reads;
  // Those that run leave their place in line to the ones after them.
  const ask = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => app.inject(page(from + n)));
  const waiting = ask(0, RUNNING + FIRST);
  await untilWaiting(metrics, 'answers', FIRST);
  waiting.push(...ask(RUNNING + FIRST, RUNNING + IN_LINE));
  await untilWaiting(metrics, 'answers', IN_LINE);
  waiting.push(...ask(RUNNING + IN_LINE, RUNNING + IN_LINE + TOO_MANY));
  expect(views.reads - reads).toBeLessThanOrEqual(RUNNING);

  const refused = await app.inject('/movies/tt0000001');
  expect([refused.statusCode, refused.headers['retry-after'], refused.headers['content-type']]).toEqual([
    503,
    '3',
    'application/problem+json; charset=utf-8',
  ]);
  expect(refused.json()).toMatchObject({ status: 503, detail: 'Too many answers are being computed: try again in 3 s.' });
  expect(refused.headers['cache-control']).toBe('no-store');
  expect(refused.headers['x-request-id']).toBeDefined();
  for (const url of ['/movies', '/health', '/health/live', '/health/ready', '/metrics', '/openapi.json'])
    expect([url, (await app.inject(url)).statusCode]).toEqual([url, 200]);
  const text = await metrics.metrics();
  expect(text).toMatch(/rushes_http_busy_total\{kind="answers"\} \d+/);

  open();
  const statuses = (await Promise.all(waiting)).map(({ statusCode }) => statusCode);
  expect(statuses.filter((status) => status === 200)).toHaveLength(RUNNING + IN_LINE);
  expect(statuses.filter((status) => status === 503)).toHaveLength(TOO_MANY);
  expect((await app.inject('/movies/tt0000001')).statusCode).toBe(200);
  await app.close();
});

test('counting lists has a line of its own: lists without a total do not wait for it', async () => {
  const { app, views, metrics, open } = await heldUp();
  const counting = Array.from({ length: 20 }, (_, n) => app.inject(`${page(n)}&count=true`));
  await untilWaiting(metrics, 'totals', 18);
  views.beforeRead = undefined;
  expect((await app.inject('/movies?year_from=1999')).statusCode).toBe(200);
  open();
  expect((await Promise.all(counting)).map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 20 }, () => 200));
  await app.close();
});

test('pages of one list share its total', async () => {
  const { app, views } = await startService();
  const total = async (url: string): Promise<unknown> => (await app.inject(url)).json<{ readonly total: number }>().total;
  const before = views.reads;
  const first = await total('/movies?page_size=1&count=true');
  const forFirst = views.reads - before;
  expect(await total('/movies?page_size=2&count=true')).toBe(first);
  expect(views.reads - before - forFirst).toBe(forFirst - 1);
  await app.close();
});
