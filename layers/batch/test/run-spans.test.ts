/** The spans of a run: its steps in it, what it came to, and what failed. */
import { AsyncLocalStorage } from 'node:async_hooks';

import { silentLogger, type Span, type Tracing } from '@rushes/runtime';
import { expect, test } from 'vitest';

import { createStepLog } from '../src/context/steps.ts';
import type { RunReport } from '../src/publish/run-record.ts';
import { tellRun, traceRun } from '../src/run/trace-run.ts';

interface Recorded {
  readonly name: string;
  readonly parent: string | undefined;
  readonly attributes: Record<string, unknown>;
  readonly startMs: number | undefined;
  failed: string | undefined;
  endMs: number | 'now' | undefined;
}

const recording = () => {
  const spans: Recorded[] = [];
  const current = new AsyncLocalStorage<Span>();
  const tracing: Tracing = {
    start: (name, { parent, startMs } = {}) => {
      const one: Recorded = {
        name,
        parent: parent !== undefined && 'spanId' in parent ? parent.spanId : undefined,
        attributes: {},
        startMs,
        failed: undefined,
        endMs: undefined,
      };
      spans.push(one);
      return {
        traceId: 'trace',
        spanId: name,
        context: { traceparent: name },
        set: (more) => void Object.assign(one.attributes, more),
        fail: (type) => void (one.failed = type),
        end: (endMs) => void (one.endMs = endMs ?? 'now'),
      };
    },
    receive: () => undefined,
    isRecorded: () => true,
    active: () => current.getStore(),
    within: (span, work) => current.run(span, work),
    counts: () => ({ sent: 0, dropped: 0, lost: 0 }),
  };
  return { tracing, spans, log: createStepLog(silentLogger, () => new Date(0), tracing) };
};

const REPORT: RunReport = {
  version: 7,
  outcome: 'published',
  startedAt: '',
  finishedAt: '',
  source: '/home/somebody/imdb',
  origin: 'sample',
  full: true,
  publication: 3,
  message: 'of somebody',
  steps: [],
  validation: [],
  absent: [],
  rows: {},
};

test('steps are spans in the run, or in the step that they are done in, with rows and whether they were taken over', async () => {
  const { tracing, spans, log } = recording();
  await traceRun(tracing, async () => {
    await log.step('outer', () =>
      log.step(
        'inner',
        async () => 5,
        (rows) => ({ rows, reused: true }),
      ),
    );
    log.record({ name: 'timed elsewhere', startedAt: '2026-01-01T00:00:00.000Z', durationMs: 20, rows: 1 });
  });
  const beganMs = Date.UTC(2026, 0, 1);
  expect(spans).toMatchObject([
    { name: 'batch run', parent: undefined, endMs: 'now', failed: undefined },
    { name: 'outer', parent: 'batch run', endMs: 'now', attributes: {} },
    { name: 'inner', parent: 'outer', endMs: 'now', attributes: { 'rushes.rows': 5, 'rushes.reused': true } },
    { name: 'timed elsewhere', parent: 'batch run', startMs: beganMs, endMs: beganMs + 20, attributes: { 'rushes.rows': 1 } },
  ]);
  expect(log.steps.map(({ name }) => name)).toEqual(['inner', 'outer', 'timed elsewhere']);
});

test('a step that fails is a failed span, and so is its run', async () => {
  const { tracing, spans, log } = recording();
  const failing = traceRun(tracing, () => log.step('publish', () => Promise.reject(new RangeError('no'))));
  await expect(failing).rejects.toThrow('no');
  expect(spans.map(({ name, failed, endMs }) => [name, failed, endMs])).toEqual([
    ['batch run', 'RangeError', 'now'],
    ['publish', 'RangeError', 'now'],
  ]);
});

test.each([
  ['published', undefined],
  ['refused', 'refused'],
  ['superseded', undefined],
  ['interrupted', undefined],
] as const)('a run that is %s has a span that says so, and neither where its files are nor its message', async (outcome, failed) => {
  const { tracing, spans } = recording();
  await traceRun(tracing, async (span) => tellRun(span, { ...REPORT, outcome }, 'a uuid'));
  expect(spans).toMatchObject([{ failed }]);
  expect(spans[0]?.attributes).toEqual({
    'rushes.run.version': 7,
    'rushes.run.id': 'a uuid',
    'rushes.run.outcome': outcome,
    'rushes.run.full': true,
    'rushes.run.origin': 'sample',
    'rushes.publication': 3,
  });
});

test('without tracing a run and its steps are done and logged as ever', async () => {
  const log = createStepLog(silentLogger, () => new Date(0));
  expect(await traceRun(undefined, (span) => log.step('publish', async () => span))).toBeUndefined();
  expect(log.steps.map(({ name }) => name)).toEqual(['publish']);
});
