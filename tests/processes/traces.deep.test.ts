/**
 * Traces over processes: of a posted event its request, its append, the speed layer's projection and the moment when answers show it; of a batch run its steps.
 * Without a collector nothing is loaded for them, and one that is away is noticed in a metric and the log alone.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { writeFilmSample } from '@rushes/sources';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { ROOT } from '../planted-copy.ts';
import { ask } from './answers.ts';
import { type CollectedSpan, type Collector, startCollector } from './collector.ts';
import { createWriterKey, startCommand, startProcess, type StartedProcess } from './started-process.ts';

let folder = '';
let key = '';
let collector: Collector;
/** The run that published what is served. */
let firstRun: StartedProcess;
const started: StartedProcess[] = [];

/** Writes a line for each module of OpenTelemetry that is loaded. */
const TELL_LOADED = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({ load(url, context, next) {
    const name = /@opentelemetry\\/([^/]+)/.exec(url)?.[1];
    if (name !== undefined) process.stderr.write('loaded: ' + name + '\\n');
    return next(url, context);
  } });
`)}`;

const loadedIn = (output: string): readonly string[] => [
  ...new Set(
    output
      .split('\n')
      .filter((line) => line.startsWith('loaded: '))
      .map((line) => line.slice('loaded: '.length)),
  ),
];

const begin = (app: 'batch' | 'serving' | 'speed', more: Readonly<Record<string, string>> = {}): StartedProcess => {
  const variables = {
    RUSHES_DATA: join(folder, 'data'),
    RUSHES_IMDB: join(folder, 'sample'),
    RUSHES_PORT: '0',
    RUSHES_THREADS: '2',
    RUSHES_LOG_LEVEL: 'debug',
    RUSHES_TRACING_SHARE: '1',
    RUSHES_TRACING_URL: collector.url,
    RUSHES_TRACING_HEADERS_FILE: join(folder, 'headers'),
    ...more,
  };
  const one = startCommand(process.execPath, ['--import', TELL_LOADED, join(ROOT, `apps/${app}/src/main.ts`)], variables);
  started.push(one);
  return one;
};

/** So long may a busy machine take. */
const PATIENT = { timeout: 120_000, interval: 50 };
const LONG_MS = 300_000;

const listeningAt = async (serving: StartedProcess): Promise<string> => String((await serving.logged('listening'))['url']);

/** Somebody who did not record its own span: whether ours are recorded is not its choice. */
const CALLER_SPAN = '00f067aa0ba902b7';
const CALLER_TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const WORKERS_TRACE = 'a3ce929d0e0e47364bf92f3577b34da6';
const POST = 'POST /movies/:id/ratings';
const spanOf = (traceId: string, wanted: string): CollectedSpan | undefined =>
  collector.spans().find((span) => span.traceId === traceId && span.name === wanted);

const linesOf = (output: string): readonly Readonly<Record<string, unknown>>[] =>
  output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>); // as: a log line is one JSON object

/** Rates a movie. @returns its path. */
const rate = async (url: string, traceId: string, status: number, prefer: Readonly<Record<string, string>> = {}): Promise<void> => {
  // as: the envelope of every answer
  const { data } = JSON.parse(await ask(`${url}/movies?page_size=1`)) as { readonly data: readonly { readonly id: string }[] };
  await ask(`${url}/movies/${data[0]?.id ?? ''}/ratings`, status, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      traceparent: `00-${traceId}-${CALLER_SPAN}-00`,
      tracestate: 'other=1',
      ...prefer,
    },
    body: JSON.stringify({ score: 9 }),
  });
};

const ONE_TRACE = [
  `${POST} (rushes-serving) in nothing known`,
  `append (rushes-serving) in ${POST}`,
  'project (rushes-speed) in append',
  'visible (rushes-serving) in append',
].toSorted();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-traces-'));
  writeFileSync(join(folder, 'headers'), 'X-Scope: films\n');
  collector = await startCollector();
  await writeFilmSample(join(folder, 'sample'));
  firstRun = begin('batch', { RUSHES_BATCH_MODE: 'once' });
  if ((await firstRun.ended) !== 0) throw new Error(firstRun.output());
  key = await createWriterKey((args) => startProcess('apps/rushes/src/main.ts', { RUSHES_DATA: join(folder, 'data') }, args));
}, LONG_MS);
afterAll(async () => {
  for (const one of started) await one.end('SIGKILL');
  await collector.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a batch run is a trace of its steps, which are called as in the log, and each log line says where it belongs', () => {
  const run = collector.spans().find(({ name }) => name === 'batch run');
  expect(run).toMatchObject({ service: 'rushes-batch', parentId: undefined, isError: false });
  expect(run?.attributes).toEqual({
    'rushes.run.version': 1,
    'rushes.run.id': expect.stringMatching(/^[\da-f-]{36}$/),
    'rushes.run.outcome': 'published',
    'rushes.run.full': false,
    'rushes.run.origin': 'sample',
    'rushes.publication': 1,
  });
  const steps = collector.spans().filter(({ traceId, spanId }) => traceId === run?.traceId && spanId !== run.spanId);
  const lines = linesOf(firstRun.output());
  const logged = lines.flatMap(({ step }) => (typeof step === 'string' ? [step] : []));
  expect(logged.length).toBeGreaterThan(20);
  expect(steps.map(({ name }) => name).toSorted()).toEqual(logged.toSorted());
  const spanIds = new Set([run?.spanId, ...steps.map(({ spanId }) => spanId)]);
  expect(steps.filter(({ parentId }) => !spanIds.has(parentId))).toEqual([]);
  const ofRun = lines.filter(({ run_id, msg }) => run_id === 1 && msg !== 'the run ended');
  expect(ofRun.length).toBeGreaterThan(20);
  expect(ofRun.filter(({ trace_id, span_id }) => trace_id !== run?.traceId || !spanIds.has(String(span_id)))).toEqual([]);
  expect(collector.headers()['x-scope']).toBe('films');
});

test(
  'a posted event is one trace: request, append, projection, visible',
  async () => {
    const [serving, speed] = [begin('serving'), begin('speed')];
    const url = await listeningAt(serving);
    await speed.logged('projecting');
    await rate(url, CALLER_TRACE, 201, { prefer: 'wait=30' });
    await expect.poll(() => collector.traceLines(CALLER_TRACE), PATIENT).toEqual(ONE_TRACE);
    const [post, append, project, visible] = [POST, 'append', 'project', 'visible'].map((name) => spanOf(CALLER_TRACE, name));
    expect(post).toMatchObject({ kind: 'server', parentId: CALLER_SPAN, traceState: 'other=1', isError: false });
    expect(post?.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/movies/:id/ratings',
      'http.response.status_code': 201,
      'url.scheme': 'http',
      'network.protocol.version': '1.1',
    });
    const place = { 'rushes.partition': expect.stringMatching(/^movie\.ratings\//), 'rushes.offset': expect.any(Number) };
    expect(append).toMatchObject({ kind: 'producer', traceState: 'other=1', attributes: place });
    expect(project).toMatchObject({ kind: 'consumer', traceState: 'other=1', isError: false });
    expect([project?.attributes, visible?.attributes, visible?.isError]).toEqual([place, place, false]);
    // Appended, then projected, then shown; and the request waited for it.
    const times = [post?.began, append?.began, project?.began, visible?.ended, post?.ended].map(Number);
    expect(times).toEqual(times.toSorted((a, b) => a - b));

    const batch = collector.spans().find(({ name }) => name === 'project batch');
    expect(batch).toMatchObject({ service: 'rushes-speed', parentId: undefined, links: [append?.spanId] });
    expect(batch?.traceId).not.toBe(CALLER_TRACE);
    expect(project?.links).toEqual([batch?.spanId]);
    expect(linesOf(serving.output()).find(({ msg, status }) => msg === 'request' && status === 201)).toMatchObject({
      trace_id: CALLER_TRACE,
      span_id: post?.spanId,
    });
    for (const one of [serving, speed]) expect(await one.end('SIGTERM'), one.output()).toBe(0);
  },
  LONG_MS,
);

test(
  'workers of a service trace too, and their metrics count spans',
  async () => {
    const [serving, speed] = [begin('serving', { RUSHES_WORKERS: '2' }), begin('speed')];
    const url = await listeningAt(serving);
    await speed.logged('projecting');
    await rate(url, WORKERS_TRACE, 201, { prefer: 'wait=30' });
    await expect.poll(() => collector.traceLines(WORKERS_TRACE), PATIENT).toEqual(ONE_TRACE);
    await expect.poll(() => ask(`${url}/metrics`), PATIENT).toMatch(/^rushes_spans_total\{outcome="sent"\} [1-9]/m);
    for (const one of [serving, speed]) expect(await one.end('SIGTERM'), one.output()).toBe(0);
  },
  LONG_MS,
);

test(
  'a collector that is away changes no answer: spans are counted as lost, it is told once, and the process ends as ever',
  async () => {
    const serving = begin('serving', { RUSHES_TRACING_URL: 'http://127.0.0.1:1/v1/traces' });
    const url = await listeningAt(serving);
    for (let n = 0; n < 3; n += 1) await rate(url, CALLER_TRACE, 202);
    const lost = async () => Number(/^rushes_spans_total\{outcome="lost"\} (\d+)$/m.exec(await ask(`${url}/metrics`))?.[1]);
    await expect.poll(lost, PATIENT).toBeGreaterThanOrEqual(6);
    const before = await lost();
    await rate(url, CALLER_TRACE, 202);
    await expect.poll(lost, PATIENT).toBeGreaterThan(before);
    expect(linesOf(serving.output()).filter(({ msg }) => String(msg).includes('spans could not be sent'))).toHaveLength(1);
    expect(await serving.end('SIGTERM'), serving.output()).toBe(0);
    expect(serving.output()).not.toMatch(/did not stop within|could not be stopped cleanly/);
  },
  LONG_MS,
);

test(
  'without a collector nothing of OpenTelemetry is loaded but its interface, which the library of metrics has',
  async () => {
    const off = { RUSHES_TRACING_URL: '', RUSHES_BATCH_MODE: 'once' };
    const [serving, speed, batch] = [begin('serving', off), begin('speed', off), begin('batch', off)];
    const url = await listeningAt(serving);
    await speed.logged('projecting');
    await rate(url, CALLER_TRACE, 201, { prefer: 'wait=30' });
    expect(await batch.ended, batch.output()).toBe(0);
    for (const one of [serving, speed, batch]) expect(loadedIn(one.output())).toEqual(['api']);
    expect(await ask(`${url}/metrics`)).not.toContain('rushes_spans_total');
    for (const one of [serving, speed]) expect(await one.end('SIGTERM'), one.output()).toBe(0);
    // Where something is traced, the same look finds the rest.
    expect(loadedIn(firstRun.output())).toEqual(expect.arrayContaining(['api', 'sdk-trace', 'exporter-trace-otlp-http']));
  },
  LONG_MS,
);

test('settings that cannot be used stop the start, all of them at once', async () => {
  const faulty = begin('speed', { RUSHES_TRACING_URL: 'collector:4318', RUSHES_TRACING_SHARE: '2', RUSHES_TRACING_CALLERS: 'all' });
  expect(await faulty.ended).toBe(2);
  for (const name of ['URL', 'SHARE', 'CALLERS']) expect(faulty.output()).toContain(`RUSHES_TRACING_${name}: `);
  writeFileSync(join(folder, 'bad'), 'secret');
  const unreadable = begin('speed', { RUSHES_TRACING_HEADERS_FILE: join(folder, 'bad') });
  expect(await unreadable.ended).toBe(2);
  expect(unreadable.output()).toContain('line 1');
  expect(unreadable.output()).not.toContain('secret');
});
