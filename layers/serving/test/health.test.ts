/** What `/health` and `/metrics` say of each part: whoever watches them sees what readers and writers meet. */
import { DEAD_LETTERS } from '@rushes/domain';
import type { ApiKeyStore, EarlyWarning, EventLog } from '@rushes/ports';
import { afterEach, expect, test } from 'vitest';

import type { DiskSpace } from '../src/monitoring/component-states.ts';
import { type EntranceService, type EntranceServiceOptions, startEntrances } from './entrance-service.ts';
import { startService } from './service.ts';

let on: EntranceService;
afterEach(() => on.close());

const GIB = 1024 ** 3;
const ROOMY: DiskSpace = { freeBytes: 500 * GIB, sizeBytes: 1000 * GIB, usedBytes: GIB };

const start = async (options: EntranceServiceOptions = {}): Promise<void> => {
  on = await startEntrances({ space: async () => ROOMY, ...options });
};
const health = async () => {
  const response = await on.app.inject('/health');
  return { code: response.statusCode, ...response.json<{ status: string; components: Record<string, { status: string }> }>() };
};
const metric = async (name: string): Promise<number> => {
  const line = (await on.metrics.metrics()).split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1));
};
const rate = async () => {
  const { text } = await on.makeKey('writer');
  return on.app.inject({
    method: 'POST',
    url: '/movies/tt0000001/ratings',
    headers: { 'x-api-key': text, 'content-type': 'application/json' },
    payload: { score: 7 },
  });
};

test('each component, all well; nothing of it names a path', async () => {
  await start();
  const response = await on.app.inject('/health');
  expect([response.statusCode, response.json()]).toMatchObject([
    200,
    {
      status: 'ok',
      components: {
        api: { status: 'ok' },
        batch: { status: 'ok', version: 1 },
        speed: { status: 'ok', completeness: 'complete', lag_ms: 0, missing_ranges: 0 },
        log: { status: 'ok' },
        keys: { status: 'ok' },
        disk: { status: 'ok', free_bytes: 500 * GIB, size_bytes: 1000 * GIB, used_bytes: GIB },
      },
    },
  ]);
  expect(response.body).not.toContain(on.log.location.slice(0, 5));
  expect(await metric('rushes_log_writable')).toBe(1);
  expect(await metric('rushes_keys_readable')).toBe(1);
  for (const component of ['batch', 'log', 'keys']) expect(await metric(`rushes_component_ok{component="${component}"}`)).toBe(1);
  expect(await metric('rushes_served_cut_timestamp_seconds')).toBe(Date.parse('2026-03-01T10:00:00.000Z') / 1000);
  expect(await metric('rushes_disk_free_bytes')).toBe(500 * GIB);
  expect(await metric('rushes_data_bytes')).toBe(GIB);
});

test('what comes near to a limit is told while all is well', async () => {
  await start();
  expect(await health()).toMatchObject({ status: 'ok', warnings: [] });
  await rate();
  await on.app.snapshots.poll();
  on.advance(300);
  await on.app.snapshots.poll();
  on.advance(2_500);
  const [partition] = (await on.events()).map((event) => event.partition);
  expect(await health()).toMatchObject({
    status: 'ok',
    warnings: [{ what: 'lag', of: partition, value: 2.8, limit: 2.5, unit: 'seconds' }],
  });
  await on.project();
  await on.app.snapshots.poll();
  expect(await health()).toMatchObject({ status: 'ok', warnings: [] });
  // The version is of an hour ago.
  on.advance(3.5 * 3_600_000);
  await on.app.snapshots.poll();
  expect(await health()).toMatchObject({ status: 'ok', warnings: [{ what: 'batch_age', value: 16_202, limit: 16_200, unit: 'seconds' }] });
});

test('so is what cannot be used: events of the last hour, lines of the files; and what others tell', async () => {
  let told: readonly EarlyWarning[] = [];
  await start({ toldByOthers: async () => told });
  expect(await health()).toMatchObject({ warnings: [] });
  await on.log.append([{ partition: DEAD_LETTERS, key: 'a', id: 'a', value: '{}' }]);
  told = [{ what: 'quota', of: 'TMDB', value: 1, limit: 0.9, unit: 'share' }];
  const first = await on.views.currentPublication();
  if (first === undefined) throw new Error('nothing is published');
  await on.views.insertPublication({ ...first, number: 2, lines: { 'title.akas': { read: 50, quarantined: 1 } } });
  await on.app.snapshots.poll();
  // Looked at every ten seconds.
  expect(await health()).toMatchObject({ warnings: [{ what: 'quarantine', of: 'title.akas', value: 0.02 }] });
  on.advance(10_000);
  expect(await health()).toMatchObject({
    status: 'ok',
    warnings: [{ what: 'dead_letters', value: 1, limit: 1, unit: 'events' }, { what: 'quarantine' }, { what: 'quota', of: 'TMDB' }],
  });
});

test('a log that takes no events is seen by whoever asks, also if nobody posts, and while every post is 503', async () => {
  let isFull = true;
  const refuse = (): void => {
    if (isFull) throw new Error('no space left for /secret/log.sqlite');
  };
  await start({
    wrapLog: (log): EventLog => ({
      ...log,
      append: async (records) => {
        refuse();
        return log.append(records);
      },
      checkWritable: async () => {
        refuse();
        return log.checkWritable();
      },
    }),
  });
  expect(await health()).toMatchObject({
    code: 200,
    status: 'degraded',
    components: { log: { status: 'unavailable' }, batch: { status: 'ok' } },
  });
  expect(await metric('rushes_log_writable')).toBe(0);
  // Answers are compared with the log once before it calls itself ready.
  await on.app.snapshots.poll();
  expect((await on.app.inject('/health/ready')).statusCode).toBe(200);
  isFull = false;
  on.advance(1000);
  expect(await health()).toMatchObject({ status: 'ok', components: { log: { status: 'ok' } } });
  // What a post met counts at once, however fresh the last check was.
  isFull = true;
  expect((await rate()).statusCode).toBe(503);
  expect(await health()).toMatchObject({ status: 'degraded', components: { log: { status: 'unavailable' } } });
  expect((await on.app.inject('/health')).body).not.toContain('secret');
  isFull = false;
  expect((await rate()).statusCode).toBe(202);
  expect(await health()).toMatchObject({ status: 'ok' });
  expect(await metric('rushes_log_writable')).toBe(1);
});

test('the log is not asked more often than needed', async () => {
  let asked = 0;
  await start({ wrapLog: (log): EventLog => ({ ...log, checkWritable: async () => void (asked += 1) }) });
  for (let n = 0; n < 20; n++) await health();
  expect(asked).toBe(1);
  on.advance(10_000);
  await Promise.all([health(), health(), on.metrics.metrics()]);
  expect(asked).toBe(2);
});

test('a log that does not answer holds up no probe', async () => {
  const locked = Promise.withResolvers<void>();
  await start({ wrapLog: (log): EventLog => ({ ...log, checkWritable: () => locked.promise }) });
  expect(await health()).toMatchObject({ code: 200, status: 'degraded', components: { log: { status: 'degraded' } } });
  expect(await metric('rushes_log_writable')).toBe(0);
  locked.resolve();
});

test('keys that cannot be looked up', async () => {
  let isGone = false;
  await start({
    wrapKeys: (keys): ApiKeyStore => ({
      ...keys,
      find: async (id) => {
        if (isGone) throw new Error('keys.sqlite is gone');
        return keys.find(id);
      },
    }),
  });
  expect(await health()).toMatchObject({ components: { keys: { status: 'ok' } } });
  isGone = true;
  expect((await rate()).statusCode).toBe(503);
  expect(await health()).toMatchObject({ code: 200, status: 'degraded', components: { keys: { status: 'unavailable' } } });
  expect(await metric('rushes_keys_readable')).toBe(0);
});

test('how late answers are, and what they say of their completeness', async () => {
  await start();
  expect((await rate()).statusCode).toBe(202);
  await on.app.snapshots.poll();
  on.advance(4000);
  expect((await on.app.inject('/movies')).headers['rushes-completeness']).toBe('complete');
  on.advance(2000);
  expect((await on.app.inject('/movies')).headers).toMatchObject({ 'rushes-completeness': 'stale', 'rushes-lag-ms': '6000' });
  expect(await health()).toMatchObject({
    code: 200,
    status: 'degraded',
    components: { speed: { status: 'degraded', completeness: 'stale', lag_ms: 6000 } },
  });
  expect(await metric('rushes_answer_lag_seconds')).toBe(6);
  await on.project();
  await on.app.snapshots.poll();
  expect(await health()).toMatchObject({ status: 'ok', components: { speed: { completeness: 'complete', lag_ms: 0 } } });
  await on.app.inject('/movies');
  expect(await metric('rushes_answers_total{completeness="complete"}')).toBe(2);
  expect(await metric('rushes_answers_total{completeness="stale"}')).toBe(1);
  expect(await metric('rushes_answers_total{completeness="gap"}')).toBe(0);
});

test.each([
  ['little of a large disk', { freeBytes: GIB, sizeBytes: 1000 * GIB, usedBytes: GIB }, 'degraded'],
  ['enough of a small disk', { freeBytes: GIB, sizeBytes: 4 * GIB, usedBytes: GIB }, 'ok'],
  ['little of a small disk', { freeBytes: GIB / 10, sizeBytes: 4 * GIB, usedBytes: GIB }, 'degraded'],
])('%s is left', async (_what, space, status) => {
  await start({ space: async () => space });
  expect(await health()).toMatchObject({ code: 200, status, components: { disk: { status, free_bytes: space.freeBytes } } });
});

test('room that cannot be found out fails no scrape', async () => {
  await start({ space: () => Promise.reject(new Error('/secret is gone')) });
  expect(await health()).toMatchObject({ code: 200, status: 'degraded', components: { disk: { status: 'degraded' } } });
  expect(await metric('rushes_disk_free_bytes')).toBeNaN();
  expect((await on.app.inject('/health')).body).not.toContain('secret');
});

test('a service that only answers says when a run last published, and what it has not is no component', async () => {
  await start();
  const { app, metrics } = await startService();
  expect(Object.keys((await app.inject('/health')).json<{ components: object }>().components)).toEqual(['api', 'batch']);
  expect(await metrics.metrics()).toContain(
    `rushes_batch_last_published_timestamp_seconds ${Date.parse('2026-03-01T10:01:30.000Z') / 1000}`,
  );
  await app.close();
});
