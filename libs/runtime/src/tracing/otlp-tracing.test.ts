import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

import { afterEach, expect, test } from 'vitest';

import { openOtlpTracing } from './otlp-tracing.ts';
import { inSpan, type OpenTracing, type Span } from './tracing.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SAMPLED = `00-${TRACE}-00f067aa0ba902b7-01`;
const UNSAMPLED = `00-${TRACE}-00f067aa0ba902b7-00`;

let open: OpenTracing[] = [];
let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await Promise.all(open.map((one) => one.close()));
  open = [];
  server?.close();
  server = undefined;
});

/** A collector that takes everything, or one that never answers. */
const collector = async (answers: boolean): Promise<string> => {
  const listening = createServer((request, response) => {
    request.resume();
    if (answers) request.on('end', () => response.end('{}'));
  }).listen(0, '127.0.0.1');
  server = listening;
  await once(listening, 'listening');
  const address = listening.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/v1/traces`;
};

interface Given {
  readonly share?: number;
  readonly callers?: 'ignore' | 'follow';
  readonly random?: () => number;
  readonly answers?: boolean;
}

const tracing = async ({ share = 1, callers = 'ignore', random = () => 0.5, answers = true }: Given = {}) => {
  const troubles: (string | undefined)[] = [];
  const opened = openOtlpTracing(
    await collector(answers),
    { share, callers, namespace: 'test' },
    { service: 'test', headers: {}, current: new AsyncLocalStorage<Span>(), onTrouble: (reason) => void troubles.push(reason), random },
  );
  open.push(opened);
  const receive = (traceparent?: string, tracestate?: string): Span | undefined =>
    opened.receive('GET /', { traceparent, tracestate }, () => ({}));
  return { opened, receive, troubles };
};

test('the share decides which requests are traced, and by no id that a caller could choose', async () => {
  const { receive: none } = await tracing({ share: 0.25, random: () => 0.25 });
  const { receive: all } = await tracing({ share: 0.25, random: () => 0.2 });
  for (const caller of [undefined, SAMPLED, UNSAMPLED, `00-${'0'.repeat(31)}1-00f067aa0ba902b7-01`]) {
    expect(none(caller)).toBeUndefined();
    expect(all(caller)).toBeDefined();
  }
});

test('callers that are followed decide for themselves; the share does for those that say nothing', async () => {
  const { receive } = await tracing({ share: 0, callers: 'follow' });
  expect([receive(SAMPLED)?.traceId, receive(UNSAMPLED), receive()]).toEqual([TRACE, undefined, undefined]);
  const { receive: receiveAll } = await tracing({ share: 1, callers: 'follow' });
  expect([receiveAll(UNSAMPLED), receiveAll()?.traceId.length]).toEqual([undefined, 32]);
});

test('a request is a part of the trace of its caller, and so is what follows from it, in any process', async () => {
  const { opened, receive } = await tracing();
  const request = receive(UNSAMPLED, 'a=1,b=2');
  expect(request?.context).toEqual({ traceparent: `00-${TRACE}-${request?.spanId}-01`, tracestate: 'a=1,b=2' });
  const append = opened.start('append', { parent: request });
  expect(append?.context).toEqual({ traceparent: `00-${TRACE}-${append?.spanId}-01`, tracestate: 'a=1,b=2' });
  expect(opened.start('project', { parent: append?.context })?.traceId).toBe(TRACE);
  expect(opened.start('batch run')?.traceId).not.toBe(TRACE);
});

test.each([
  '',
  'x',
  SAMPLED.slice(1),
  `${SAMPLED}, ${SAMPLED}`,
  `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
  `ff${SAMPLED.slice(2)}`,
  SAMPLED.toUpperCase(),
])('a traceparent that is none, %j, begins a trace of its own, and is no parent', async (traceparent) => {
  const { opened, receive } = await tracing();
  expect(receive(traceparent)?.traceId).toMatch(/^(?!4bf92f)[\da-f]{32}$/);
  expect(opened.start('project', { parent: { traceparent } })).toBeUndefined();
});

test('nothing is recorded of a trace that is not', async () => {
  const { opened } = await tracing();
  expect(opened.start('project', { parent: { traceparent: UNSAMPLED } })).toBeUndefined();
  expect(opened.start('project', { parent: { traceparent: SAMPLED } })?.traceId).toBe(TRACE);
});

test('work in a span has it as the active one, and what it throws is thrown', async () => {
  const { opened } = await tracing();
  const span = opened.start('work');
  expect(await inSpan(opened, span, async () => opened.active()?.spanId)).toBe(span?.spanId);
  expect(opened.active()).toBeUndefined();
  await expect(inSpan(opened, opened.start('work'), () => Promise.reject(new TypeError('no')))).rejects.toThrow('no');
  expect(await inSpan(undefined, undefined, async () => 'done')).toBe('done');
  await opened.close();
  expect(opened.counts()).toEqual({ sent: 2, dropped: 0, lost: 0 });
});

test('the end does not wait for a collector that does not answer, and says what was not sent', async () => {
  const { opened, troubles } = await tracing({ answers: false });
  opened.start('work')?.end();
  await opened.close();
  expect([opened.counts(), troubles]).toEqual([{ sent: 0, dropped: 0, lost: 0 }, ['1 were not sent before the end of the process']]);
});
