/** Spans that are kept in memory, of every request. */
import { AsyncLocalStorage } from 'node:async_hooks';

import type { Span, SpanAttributes, Tracing } from '@rushes/runtime';

export interface RecordedSpan {
  readonly name: string;
  readonly spanId: string;
  /** Of its parent, in this process or of its caller. */
  readonly parentId: string | undefined;
  readonly attributes: Record<string, unknown>;
  failed: string | undefined;
  isEnded: boolean;
}

export interface RecordedSpans {
  readonly tracing: Tracing;
  readonly spans: readonly RecordedSpan[];
  readonly named: (name: string) => RecordedSpan | undefined;
}

const spanIdIn = (traceparent: string | undefined): string | undefined => traceparent?.split('-')[2];

export const recordSpans = (): RecordedSpans => {
  const spans: RecordedSpan[] = [];
  const current = new AsyncLocalStorage<Span>();
  const begin = (name: string, parentId: string | undefined, attributes: SpanAttributes = {}): Span => {
    const spanId = `span ${spans.length}`;
    const recorded: RecordedSpan = { name, spanId, parentId, attributes: { ...attributes }, failed: undefined, isEnded: false };
    spans.push(recorded);
    return {
      traceId: 'trace',
      spanId,
      context: { traceparent: `00-trace-${spanId}-01` },
      set: (more) => void Object.assign(recorded.attributes, more),
      fail: (type) => void (recorded.failed = type),
      end: () => void (recorded.isEnded = true),
    };
  };
  return {
    spans,
    named: (wanted) => spans.find(({ name }) => name === wanted),
    tracing: {
      start: (name, { parent, attributes } = {}) =>
        begin(name, parent && spanIdIn('context' in parent ? parent.context.traceparent : parent.traceparent), attributes),
      receive: (name, { traceparent }, describe) => begin(name, spanIdIn(traceparent), describe()),
      isRecorded: () => true,
      active: () => current.getStore(),
      within: (span, work) => current.run(span, work),
      counts: () => ({ sent: 0, dropped: 0, lost: 0 }),
    },
  };
};
