import type { EventRecord, LogRecord } from '@rushes/ports';
import type { Span, SpanAttributes, TraceContext, Tracing } from '@rushes/runtime';
import { expect, test } from 'vitest';

import type { MicroBatch } from './plan-batches.ts';
import { traceBatch } from './trace-batch.ts';

const PARTITION = 'movie.ratings/3';

interface Begun {
  readonly name: string;
  readonly parent: string | undefined;
  readonly links: readonly string[];
  readonly attributes: SpanAttributes;
  outcome: string;
}

/** Records the spans of traces whose name does not begin with `un`. */
const recording = () => {
  const begun: Begun[] = [];
  let active: Span | undefined;
  const nameOf = ({ traceparent }: TraceContext): string => traceparent;
  const tracing: Tracing = {
    start: (name, { parent, links = [], attributes = {} } = {}) => {
      const from = parent && nameOf('context' in parent ? parent.context : parent);
      const one: Begun = { name, parent: from, links: links.map(nameOf), attributes, outcome: 'open' };
      begun.push(one);
      return {
        traceId: 'trace',
        spanId: `span ${begun.length}`,
        context: { traceparent: `span ${begun.length}` },
        set: () => undefined,
        fail: (type) => void (one.outcome = type),
        end: () => void (one.outcome = one.outcome === 'open' ? 'ended' : `${one.outcome}, ended`),
      };
    },
    receive: () => undefined,
    isRecorded: (context) => !nameOf(context).startsWith('un'),
    active: () => active,
    within: (span, work) => {
      active = span;
      return work();
    },
    counts: () => ({ sent: 0, dropped: 0, lost: 0 }),
  };
  return { tracing, begun, active: () => active?.spanId };
};

const event = (offset: number, traceparent?: string): EventRecord => ({
  kind: 'event',
  offset,
  appendedAtMs: 0,
  key: 'k',
  id: `event ${offset}`,
  value: '',
  ...(traceparent === undefined ? {} : { trace: { traceparent } }),
});

const batchOf = (...records: readonly LogRecord[]): MicroBatch => ({
  epoch: 2,
  opening: { offset: 0, appendedAtMs: 0 },
  records,
  from: 5,
  to: 9,
  appendedAtMs: 0,
});

test('each event whose trace is recorded has a span in it, and the micro-batch one that is linked to all of them', async () => {
  const { tracing, begun, active } = recording();
  const batch = batchOf(
    event(5, 'first'),
    event(6),
    event(7, 'unrecorded'),
    { kind: 'barrier', offset: 8, appendedAtMs: 0, number: 1 },
    event(9, 'last'),
  );
  expect(await traceBatch(tracing, PARTITION, batch, async () => active())).toBe('span 1');
  expect(begun).toEqual([
    {
      name: 'project batch',
      parent: undefined,
      links: ['first', 'last'],
      attributes: { 'rushes.partition': PARTITION, 'rushes.offset.from': 5, 'rushes.offset.to': 9, 'rushes.records': 5, 'rushes.epoch': 2 },
      outcome: 'ended',
    },
    ...[
      ['first', 5],
      ['last', 9],
    ].map(([parent, offset]) => ({
      name: 'project',
      parent,
      links: ['span 1'],
      attributes: { 'rushes.partition': PARTITION, 'rushes.offset': offset },
      outcome: 'ended',
    })),
  ]);
});

test('a micro-batch that fails is a failed span, and so are its events', async () => {
  const { tracing, begun } = recording();
  const failing = traceBatch(tracing, PARTITION, batchOf(event(5, 'first')), () => Promise.reject(new RangeError('no')));
  await expect(failing).rejects.toThrow('no');
  expect(begun.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['project batch', 'RangeError, ended'],
    ['project', 'RangeError, ended'],
  ]);
});

test('without an event whose trace is recorded there is no span, and without tracing none at all', async () => {
  const { tracing, begun } = recording();
  expect(await traceBatch(tracing, PARTITION, batchOf(event(5), event(6, 'unrecorded')), async () => 'done')).toBe('done');
  expect(begun).toEqual([]);
  expect(await traceBatch(undefined, PARTITION, batchOf(event(5, 'first')), async () => 'done')).toBe('done');
});
