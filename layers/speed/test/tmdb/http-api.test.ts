/** Requests over a socket: limits, what is tried again and after how long, and that the key is never told. */
import { type AddressInfo, createServer } from 'node:net';
import type { ServerResponse } from 'node:http';

import { inspect } from 'node:util';
import { createHttpApi, createRequestPace, type RequestPace, systemClock, type TmdbApi } from '@rushes/speed';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { BudgetSpentError, TmdbKeyError } from '../../src/tmdb/api.ts';
import { type HttpApiOptions, type RequestOutcome, retryAfterMs } from '../../src/tmdb/http-api.ts';
import { START_MS, testClock, type TestClock } from '../test-clock.ts';
import { STAND_IN_KEY, type StandIn, startStandIn } from './stand-in.ts';

const NEVER = new AbortController().signal;
const FILM = { id: 278, title: 'A Made-up Film', imdb_id: 'tt9900000278' };

let standIn: StandIn;
let clock: TestClock;
let pace: RequestPace;
let outcomes: RequestOutcome[];
beforeEach(async () => {
  standIn = await startStandIn();
  standIn.films.set(278, FILM);
  clock = testClock();
  pace = createRequestPace({ perSecond: 4, perDay: 1000, clock });
  outcomes = [];
});
afterEach(() => standIn.close());

const open = (over: Partial<HttpApiOptions> = {}): TmdbApi =>
  createHttpApi({
    baseUrl: new URL(standIn.baseUrl),
    key: async () => STAND_IN_KEY,
    pace,
    clock,
    random: () => 0,
    onRequest: (outcome) => outcomes.push(outcome),
    ...over,
  });

/** Answers the first requests so, and then as it should. */
const first = (times: number, answer: (response: ServerResponse) => void): void => {
  let left = times;
  standIn.fault = (_request, response) => {
    if (left-- <= 0) return undefined;
    answer(response);
    return 'answered';
  };
};

describe('answers', () => {
  test('a film, with its tag; the same again is unchanged', async () => {
    const api = open();
    const answer = await api.get({ path: 'movie/278' }, NEVER);
    expect(answer).toMatchObject({ kind: 'found', value: { id: 278, title: 'A Made-up Film' } });
    const etag = answer.kind === 'found' ? answer.etag : undefined;
    expect(await api.get({ path: 'movie/278', etag }, NEVER)).toEqual({ kind: 'unchanged' });
    expect(outcomes).toEqual(['found', 'unchanged']);
  });

  test('what is not there is missing', async () => {
    expect(await open().get({ path: 'movie/1' }, NEVER)).toEqual({ kind: 'missing' });
  });

  test('a key goes into the address, a token into a header', async () => {
    await open().get({ path: 'movie/278' }, NEVER);
    await open({ key: async () => `token-${STAND_IN_KEY}` }).get({ path: 'movie/278' }, NEVER);
    expect(standIn.seen.map(({ authorization }) => authorization)).toEqual([undefined, `Bearer token-${STAND_IN_KEY}`]);
  });
});

describe('faults that may pass', () => {
  test.each([
    ['status 500', 'server', (response: ServerResponse) => response.writeHead(500).end()],
    ['status 503', 'server', (response: ServerResponse) => response.writeHead(503).end('{}')],
    [
      'a body that is cut off',
      'broken',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-length': 100 }).write('{"id":');
        setTimeout(() => response.destroy(), 20);
      },
    ],
    ['a connection that is cut off', 'broken', (response: ServerResponse) => response.destroy()],
    ['what is no JSON', 'malformed', (response: ServerResponse) => response.end('<html>')],
    ['bytes that are no text', 'broken', (response: ServerResponse) => response.end(Buffer.from([0x7b, 0xff, 0x7d]))],
    ['a redirect', 'broken', (response: ServerResponse) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  ] as const)('%s is tried again, after waits that double', async (_name, outcome, answer) => {
    first(3, answer);
    expect(await open().get({ path: 'movie/278' }, NEVER)).toMatchObject({ kind: 'found' });
    expect(outcomes).toEqual([outcome, outcome, outcome, 'found']);
    // A half of 500 ms, of 1 s, of 2 s, as nothing is drawn here; the first is less than requests are apart.
    expect(clock.slept).toEqual([252, 500, 1000]);
  });

  test('an answer that takes too long is tried again', async () => {
    first(1, () => {});
    expect(await open({ timeoutMs: 200 }).get({ path: 'movie/278' }, NEVER)).toMatchObject({ kind: 'found' });
    expect(outcomes).toEqual(['broken', 'found']);
  });

  test('a body without an end is given up', async () => {
    first(1, (response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect(await open().get({ path: 'movie/278' }, NEVER)).toMatchObject({ kind: 'found' });
    expect(outcomes).toEqual(['broken', 'found']);
  });

  test('Retry-After is waited for, by whatever is asked next', async () => {
    first(1, (response) => response.writeHead(429, { 'retry-after': '7' }).end('{"status_code":25}'));
    await open().get({ path: 'movie/278' }, NEVER);
    expect(outcomes).toEqual(['limited', 'found']);
    expect(clock.slept).toEqual([7000]);
  });

  test('after five attempts it is an error, which names the path and not the key', async () => {
    first(9, (response) => response.writeHead(502).end());
    const failed = await open()
      .get({ path: 'movie/278' }, NEVER)
      .catch((error: unknown) => error);
    expect(String(failed)).toContain('/3/movie/278 could not be asked in 5 attempts: status 502');
    expect(inspect(failed, { depth: 9 })).not.toContain(STAND_IN_KEY);
    expect(standIn.seen).toHaveLength(5);
  });

  test('nobody there is an error, which names the fault and not the key', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo; // as: it listens on TCP
    await new Promise((resolve) => server.close(resolve));
    const failed = await open({ baseUrl: new URL(`http://127.0.0.1:${port}/3/`) })
      .get({ path: 'movie/278' }, NEVER)
      .catch((error: unknown) => error);
    expect(String(failed)).toContain('ECONNREFUSED');
    expect(inspect(failed, { depth: 9 })).not.toContain(STAND_IN_KEY);
  });
});

test('a key that is refused is an error at once, and asked for anew', async () => {
  const keys = ['f'.repeat(32), STAND_IN_KEY];
  const api = open({ key: async () => keys.shift() ?? '' });
  await expect(api.get({ path: 'movie/278' }, NEVER)).rejects.toThrow(TmdbKeyError);
  expect(standIn.seen).toHaveLength(1);
  expect(await api.get({ path: 'movie/278' }, NEVER)).toMatchObject({ kind: 'found' });
});

test('a signal ends what is under way, and the wait before it', async () => {
  first(9, () => {});
  const stopped = new AbortController();
  const asked = open().get({ path: 'movie/278' }, stopped.signal);
  setTimeout(() => stopped.abort(new Error('stopped')), 50);
  await expect(asked).rejects.toThrow('stopped');
});

test.each([
  ['7', 7000],
  ['0', 0],
  ['Fri, 02 Jan 2026 03:04:15 GMT', 10_000],
  ['Fri, 02 Jan 2026 03:04:00 GMT', 0],
  ['9999999', 3_600_000],
  ['soon', undefined],
  [null, undefined],
])('Retry-After %s is %s ms', (text, ms) => {
  expect(retryAfterMs(text, START_MS)).toBe(ms);
});

describe('the pace', () => {
  test('by the clock of the process, no second has more than four requests', async () => {
    const real = createRequestPace({ perSecond: 4, perDay: 100, clock: systemClock });
    const api = open({ pace: real, clock: systemClock });
    const at: number[] = [];
    for (let n = 0; n < 9; n++) {
      await api.get({ path: 'movie/278' }, NEVER);
      at.push(standIn.seen.at(-1)?.atMs ?? 0);
    }
    // When they began, not when they were answered: at least so far apart from first to last.
    expect((at.at(-1) ?? 0) - (at[0] ?? 0)).toBeGreaterThan(8 * 250 - 200);
  });

  test('a day has so many, attempts that fail among them, and the next day has them again', async () => {
    pace = createRequestPace({ perSecond: 4, perDay: 3, clock });
    first(1, (response) => response.writeHead(500).end());
    const api = open();
    await api.get({ path: 'movie/278' }, NEVER);
    await api.get({ path: 'movie/278' }, NEVER);
    expect(pace.left()).toBe(0);
    const spent = await api.get({ path: 'movie/278' }, NEVER).catch((error: unknown) => error);
    expect(spent).toBeInstanceOf(BudgetSpentError);
    expect((spent as BudgetSpentError).untilMs).toBe(Date.UTC(2026, 0, 3)); // as: just looked at
    expect(standIn.seen).toHaveLength(3);
    clock.advance(24 * 3_600_000);
    expect(await api.get({ path: 'movie/278' }, NEVER)).toMatchObject({ kind: 'found' });
  });

  test('a restart, or a clock that is set back, does not begin the day anew', () => {
    pace.resume({ day: '2026-01-02', requests: 900 });
    expect(pace.left()).toBe(100);
    pace.resume({ day: '2026-01-01', requests: 999 });
    expect(pace.left()).toBe(100);
    pace.resume({ day: '2026-01-03', requests: 1000 });
    expect(pace.left()).toBe(0);
  });
});
