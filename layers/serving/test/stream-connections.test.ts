/** Streams of events as connections: how many there may be, how they end, and that no client, however slow, is left with less than others, or takes more. */
import { setTimeout as sleep } from 'node:timers/promises';

import { fastify, type FastifyInstance } from 'fastify';
import { Registry } from '@rushes/runtime';
import { afterEach, describe, expect, test } from 'vitest';

import { sendEvents } from '../src/follow/send-events.ts';
import { createEventStreamMetrics } from '../src/monitoring/event-stream-metrics.ts';
import { DEFAULT_OPTIONS, type ServingOptions } from '../src/options.ts';
import { type EntranceService, startEntrances } from './entrance-service.ts';
import { type EventSource, messagesOf, openEventSource } from './event-source.ts';

const PATIENCE = { timeout: 10_000, interval: 5 };
const NEVER_MS = 600_000;

const sources: EventSource[] = [];
const connect = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventSource> => {
  const source = await openEventSource(url, headers);
  sources.push(source);
  return source;
};
const streams = (given: Partial<ServingOptions['eventStreams']>): Partial<ServingOptions> => ({
  eventStreams: { ...DEFAULT_OPTIONS.eventStreams, ...given },
});
const lines = async (metrics: Registry): Promise<readonly string[]> =>
  (await metrics.metrics()).split('\n').filter((line) => line.startsWith('rushes_event_streams'));

describe('a service', () => {
  let service: EntranceService;
  let url: string;
  const start = async (given: Partial<ServingOptions['eventStreams']>): Promise<void> => {
    service = await startEntrances({ serving: streams(given) });
    url = await service.app.listen({ host: '127.0.0.1', port: 0 });
  };
  afterEach(async () => {
    for (const source of sources.splice(0)) source.kill();
    await service.close();
  });

  test('lets a client have so many, and counts by key where there is one; who ends one may have another', async () => {
    await start({ maxPerClient: 2 });
    const key = (await service.makeKey('reader')).text;
    const first = await connect(`${url}/stream`);
    await connect(`${url}/stream?view=top_movies`);
    const refused = await connect(`${url}/stream`);
    expect([refused.status, refused.headers['retry-after'], JSON.parse(await refused.body())]).toMatchObject([
      429,
      '5',
      { status: 429, 'violated-policies': ['streams'] },
    ]);
    expect((await connect(`${url}/stream`, { 'x-api-key': key })).status).toBe(200);
    // What is refused for another reason counts for nothing.
    for (let n = 0; n < 3; n += 1) expect((await connect(`${url}/stream?genre=nothing`, { 'x-api-key': key })).status).toBe(400);
    expect((await connect(`${url}/stream`, { 'x-api-key': key })).status).toBe(200);
    first.kill();
    await expect.poll(async () => (await connect(`${url}/stream`)).status, PATIENCE).toBe(200);
    expect(await lines(service.metrics)).toContain('rushes_event_streams_total{view="changes",outcome="left"} 1');
  });

  test('has room for so many altogether', async () => {
    await start({ maxOpen: 1, maxPerClient: 0 });
    await connect(`${url}/stream`);
    const refused = await connect(`${url}/stream`);
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    expect(await lines(service.metrics)).toContain('rushes_event_streams{view="changes"} 1');
  });

  test('ends streams between two messages when it ends itself, at once', async () => {
    await start({});
    const [changes, answers] = [await connect(`${url}/stream`), await connect(`${url}/stream?view=top_movies`)];
    await messagesOf(answers, 'answer', 1);
    const begun = performance.now();
    await service.app.close();
    expect(await Promise.all([changes.closed, answers.closed])).toEqual(['ended', 'ended']);
    expect(performance.now() - begun).toBeLessThan(5_000);
    for (const { text } of [changes, answers]) expect(text().endsWith('\n\n')).toBe(true);
  });

  test('ends those that have lasted long enough; they are not among the durations of requests', async () => {
    await start({ maxMs: 50 });
    const source = await connect(`${url}/stream`);
    expect(await source.closed).toBe('ended');
    await expect.poll(() => lines(service.metrics), PATIENCE).toContain('rushes_event_streams_total{view="changes",outcome="ended"} 1');
    await service.app.inject('/genres');
    const text = await service.metrics.metrics();
    expect(text).toContain('rushes_http_request_duration_seconds_count{route="/genres"');
    expect(text).not.toContain('route="/stream"');
  });
});

describe('a slow client', () => {
  const PIECE = `data: ${'x'.repeat(60_000)}\n\n`;
  let app: FastifyInstance;
  let url: string;
  let made = 0;
  let metrics: Registry;
  const failures: unknown[] = [];
  const ending = new AbortController();
  /** Messages without end, each made when it is asked for. */
  const start = async (stallMs: number): Promise<void> => {
    made = 0;
    metrics = new Registry();
    app = fastify();
    app.decorateRequest('takesClientsTime', false);
    const context = {
      ...createEventStreamMetrics(metrics),
      stallMs,
      maxMs: NEVER_MS,
      ending: ending.signal,
      onFailure: (error: unknown) => failures.push(error),
    };
    app.get('/', (request, reply) => {
      const pieces = async function* (signal: AbortSignal): AsyncGenerator<string> {
        while (!signal.aborted) {
          made += 1;
          yield `id: ${made}\n${PIECE}`;
          await sleep(1);
        }
      };
      return sendEvents(context, request, reply.header('content-type', 'text/event-stream'), {
        view: 'changes',
        pieces,
        onEnd: () => undefined,
      });
    });
    url = await app.listen({ host: '127.0.0.1', port: 0 });
  };
  afterEach(async () => {
    for (const source of sources.splice(0)) source.kill();
    await app.close();
    if (failures.length > 0) throw new Error('a stream failed', { cause: failures[0] });
  });
  /** How many messages had been made when no more were. */
  const standstill = async (): Promise<number> => {
    let before = -1;
    await expect
      .poll(
        () => {
          const stands = made === before;
          before = made;
          return stands;
        },
        { timeout: 20_000, interval: 200 },
      )
      .toBe(true);
    return made;
  };

  test('is not read for while it takes nothing, and misses nothing once it goes on', async () => {
    await start(NEVER_MS);
    const source = await connect(url);
    source.pause();
    const stood = await standstill();
    source.resume();
    await expect.poll(() => made, PATIENCE).toBeGreaterThan(stood + 100);
    source.pause();
    await standstill();
    source.resume();
    const count = made;
    const got = await messagesOf(source, 'message', count);
    expect(got.slice(0, count).map(({ lastEventId }) => Number(lastEventId))).toEqual(Array.from({ length: count }, (_, at) => at + 1));
  });

  test('is cut off after a while, and has what it needs to go on', async () => {
    await start(100);
    const source = await connect(url);
    source.pause();
    await expect.poll(() => lines(metrics), PATIENCE).toContain('rushes_event_streams_total{view="changes",outcome="slow"} 1');
    expect(await lines(metrics)).toContain('rushes_event_streams{view="changes"} 0');
    source.resume();
    expect(await source.closed).toBe('broken');
    const whole = source.messages.map(({ lastEventId }) => Number(lastEventId));
    expect(whole).toEqual(Array.from({ length: whole.length }, (_, at) => at + 1));
    expect([whole.length > 0, whole.length < made]).toEqual([true, true]);
  });

  test('that goes ends what is read for it at once', async () => {
    await start(NEVER_MS);
    const source = await connect(url);
    source.pause();
    await standstill();
    source.kill();
    await expect.poll(() => lines(metrics), PATIENCE).toContain('rushes_event_streams_total{view="changes",outcome="left"} 1');
  });
});
