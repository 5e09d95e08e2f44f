/** Reading one's own writes: `Prefer: wait`, and `Rushes-Min-Position` on any replica. */
import { setTimeout as sleep } from 'node:timers/promises';

import { PARTITIONS } from '@rushes/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type EntranceService, startEntrances } from './entrance-service.ts';

const MIN_POSITION_WAIT_MS = 150;
const URL = '/movies/tt0000001/ratings';

let service: EntranceService;
let key = '';
beforeEach(async () => {
  service = await startEntrances({ serving: { minPositionWaitMs: MIN_POSITION_WAIT_MS } });
  key = (await service.makeKey('writer')).text;
});
afterEach(() => service.close());

const rate = (prefer?: string, app = service.app) =>
  app.inject({
    method: 'POST',
    url: URL,
    payload: { score: 10 },
    headers: { 'x-api-key': key, ...(prefer === undefined ? {} : { prefer }) },
  });
const show = async (app = service.app): Promise<void> => {
  await service.project();
  await app.snapshots.poll();
};
const liveVotes = async (headers: Record<string, string> = {}, app = service.app): Promise<number | string> => {
  const response = await app.inject({ url: '/movies/tt0000001', headers });
  return response.statusCode === 200 ? (response.json().data.ratings.live.votes ?? 0) : `${response.statusCode}`;
};

describe('Prefer: wait', () => {
  test('answers 201 when answers show the event, and they do', async () => {
    const answered = new AbortController();
    const answer = rate('wait=10').finally(() => answered.abort());
    while (!answered.signal.aborted) {
      await sleep(5);
      await show();
    }
    const response = await answer;
    expect(response.statusCode).toBe(201);
    expect(response.headers['preference-applied']).toBe('wait=10');
    expect(response.json().meta.state).toBe('shown');
    expect(await liveVotes()).toBe(1);
  });

  test('answers 202 when the time is over', async () => {
    const begun = performance.now();
    const response = await rate('wait=1');
    expect(performance.now() - begun).toBeGreaterThan(950);
    expect([response.statusCode, response.headers['preference-applied']]).toEqual([202, 'wait=1']);
  });

  test('other events do not end it', async () => {
    await service.app.inject({ method: 'POST', url: '/movies/tt0000002/ratings', payload: { score: 1 }, headers: { 'x-api-key': key } });
    await service.project();
    let isDone = false;
    const answer = rate('wait=5').finally(() => (isDone = true));
    await sleep(20);
    await service.app.snapshots.poll();
    await sleep(20);
    expect(isDone).toBe(false);
    await show();
    expect((await answer).statusCode).toBe(201);
  });

  test.each([
    ['wait=0', 'wait=0'],
    ['return=minimal, wait=0', 'wait=0'],
    ['WAIT = "0"; x=1', 'wait=0'],
    ['respond-async', undefined],
    ['wait', undefined],
    ['wait=soon', undefined],
    ['wait=-1', undefined],
    ['wait=1.5', undefined],
    ['await=9', undefined],
    ['', undefined],
  ])('%j applies as %s', async (prefer, applied) => {
    let isOver = false;
    const longest = rate('wait=10').finally(() => (isOver = true));
    const response = await rate(prefer);
    expect([response.statusCode, response.headers['preference-applied'], isOver]).toEqual([202, applied, false]);
    service.app.waits.stop();
    await longest;
  });

  test('is cut at ten seconds, and ends when the service closes', async () => {
    const answer = rate('wait=3600');
    await sleep(50);
    service.app.waits.stop();
    const response = await answer;
    expect([response.statusCode, response.headers['preference-applied']]).toEqual([202, 'wait=10']);
  });
});

describe('Rushes-Min-Position', () => {
  test('is waited for, on any replica', async () => {
    const { position } = (await rate()).json().data;
    const other = await service.replica();
    await other.inject('/movies/tt0000001');
    const headers = { 'rushes-min-position': position };
    const reads = Promise.all([liveVotes(headers), liveVotes(headers, other)]);
    await sleep(20);
    await service.project();
    for (const app of [service.app, other]) await app.snapshots.poll();
    expect(await reads).toEqual([1, 1]);
    expect(await liveVotes(headers)).toBe(1);
  });

  test('that is not reached in time is 503, also for what is kept ready or known to the client', async () => {
    const etag = String((await service.app.inject('/movies/tt0000001')).headers.etag);
    const { position } = (await rate()).json().data;
    for (const headers of [{}, { 'if-none-match': etag }] as Record<string, string>[]) {
      const response = await service.app.inject({ url: '/movies/tt0000001', headers: { ...headers, 'rushes-min-position': position } });
      expect(response.statusCode).toBe(503);
      expect(response.headers).toMatchObject({ 'retry-after': '1', 'cache-control': 'no-store' });
    }
    expect(await liveVotes()).toBe(0);
  });

  test('a cache keeps answers by it', async () => {
    expect((await service.app.inject('/movies/tt0000001')).headers.vary).toContain('Rushes-Min-Position');
  });

  test.each([
    '',
    '0',
    'x',
    '1.2.3',
    `${'0.'.repeat(PARTITIONS.length)}0`,
    PARTITIONS.map(() => '-1').join('.'),
    PARTITIONS.map(() => '').join('.'),
  ])('%j is no position: 400', async (position) => {
    const response = await service.app.inject({ url: '/movies', headers: { 'rushes-min-position': position } });
    expect(response.statusCode).toBe(400);
    expect(response.json().errors).toMatchObject([{ in: 'header', name: 'Rushes-Min-Position' }]);
  });

  test('beyond the end of the log it is refused at once: no write has ever answered with it', async () => {
    const position = String((await rate()).headers['rushes-position']);
    await show();
    const ask = (asked: string) => service.app.inject({ url: '/movies', headers: { 'rushes-min-position': asked } });
    expect((await ask(position)).statusCode).toBe(200);
    const beyond = await ask(position.replace(/[1-9]\d*/, (offset) => String(Number(offset) + 1)));
    expect(beyond.statusCode).toBe(400);
    expect(beyond.json().errors).toEqual([{ in: 'header', name: 'Rushes-Min-Position', detail: 'lies beyond the end of the log' }]);
  });

  test('is no matter for probes', async () => {
    await service.app.snapshots.poll();
    expect((await service.app.inject({ url: '/health/ready', headers: { 'rushes-min-position': 'x' } })).statusCode).toBe(200);
  });

  test('lets a movie be rated that was posted just before, elsewhere', async () => {
    const headers = { 'x-api-key': key };
    const posted = await service.app.inject({ method: 'POST', url: '/movies', payload: { title: 'Night Ferry' }, headers });
    const { movie_id: id, position } = posted.json().data;
    const other = await service.replica();
    const rated = other.inject({
      method: 'POST',
      url: `/movies/${id}/ratings`,
      payload: { score: 5 },
      headers: { ...headers, 'rushes-min-position': position },
    });
    await sleep(20);
    await show(other);
    expect((await rated).statusCode).toBe(202);
  });
});
