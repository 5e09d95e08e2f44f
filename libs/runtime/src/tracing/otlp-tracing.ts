/** Traces by OpenTelemetry. Nothing of it is global: no context, no propagator and no patched module; every span is begun by name somewhere in this repository. */
import type { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { ROOT_CONTEXT, type Span as OtlpSpan, type SpanContext, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { parseTraceParent, TraceState } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { TracerProvider } from '@opentelemetry/sdk-trace';

import type { Config } from '../config/settings.ts';
import { RELEASE } from '../release.ts';
import { sendSpans } from './span-sender.ts';
import type { Caller, OpenTracing, Span, SpanOptions, TraceContext } from './tracing.ts';

/** How long one request to the collector may take, repetitions included. */
const REQUEST_TIMEOUT_MS = 5_000;
/** How long the end of a process waits for the last spans to be sent. */
const FLUSH_MS = 2_000;

/** What OpenTelemetry takes of a span's links by default. */
const MOST_LINKS = 128;

const KINDS: Readonly<Record<NonNullable<SpanOptions['kind']>, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

const isSampled = ({ traceFlags }: SpanContext): boolean => (traceFlags & TraceFlags.SAMPLED) !== 0;

const contextOf = ({ traceparent, tracestate }: Caller | TraceContext): SpanContext | undefined => {
  const parsed = traceparent === undefined ? null : parseTraceParent(traceparent);
  if (parsed === null) return undefined;
  return { ...parsed, isRemote: true, ...(tracestate === undefined ? {} : { traceState: new TraceState(tracestate) }) };
};

const textOf = ({ traceId, spanId, traceState }: SpanContext): TraceContext => {
  const tracestate = traceState?.serialize();
  return { traceparent: `00-${traceId}-${spanId}-01`, ...(tracestate ? { tracestate } : {}) };
};

const spanOf = (span: OtlpSpan): Span => {
  const own = span.spanContext();
  return {
    traceId: own.traceId,
    spanId: own.spanId,
    context: textOf(own),
    set: (attributes) => void span.setAttributes(attributes),
    fail: (type) => void span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR }),
    end: (endMs) => span.end(endMs),
  };
};

export interface TracingParts {
  /** What the process is called in traces. */
  readonly service: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The span that the code is at work in. */
  readonly current: AsyncLocalStorage<Span>;
  /** Spans could not be sent; `undefined`: they can again. */
  readonly onTrouble: (reason: string | undefined) => void;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
}

/** @param url where spans are posted to. */
export const openOtlpTracing = (
  url: string,
  { share, callers, namespace }: Pick<Config['tracing'], 'share' | 'callers' | 'namespace'>,
  { service, headers, current, onTrouble, random }: TracingParts,
): OpenTracing => {
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: REQUEST_TIMEOUT_MS });
  // What is sent belongs to no request, whichever was under way.
  const sender = sendSpans({ exporter, onTrouble: (reason) => current.exit(() => onTrouble(reason)) });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': service,
      'service.namespace': namespace,
      'service.version': RELEASE,
      'service.instance.id': randomUUID(),
      'process.pid': process.pid,
    }),
    spanProcessors: [sender.processor],
  });
  const tracer = provider.getTracer('rushes', RELEASE);

  const begin = (name: string, parent: SpanContext | undefined, { kind = 'internal', attributes, links, startMs }: SpanOptions): Span => {
    const known = (links ?? []).slice(0, MOST_LINKS).flatMap((link) => contextOf(link) ?? []);
    const options = {
      kind: KINDS[kind],
      links: known.map((context) => ({ context })),
      ...(attributes === undefined ? {} : { attributes: { ...attributes } }),
      ...(startMs === undefined ? {} : { startTime: startMs }),
    };
    return spanOf(tracer.startSpan(name, options, parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent)));
  };

  const close = async (): Promise<void> => {
    const flushed = provider.shutdown().catch(() => undefined);
    const late = new AbortController();
    await Promise.race([flushed, sleep(FLUSH_MS, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
    const left = sender.waiting();
    if (left > 0) onTrouble(`${left} were not sent before the end of the process`);
  };
  let closing: Promise<void> | undefined;

  return {
    start(name, options = {}) {
      if (options.parent === undefined) return begin(name, undefined, options);
      const parent = contextOf('context' in options.parent ? options.parent.context : options.parent);
      return parent !== undefined && isSampled(parent) ? begin(name, parent, options) : undefined;
    },
    receive(name, caller, describe) {
      const isLucky = random() < share;
      if (!isLucky && callers === 'ignore') return undefined;
      const from = contextOf(caller);
      if (!(callers === 'follow' && from !== undefined ? isSampled(from) : isLucky)) return undefined;
      // The library records what its parent has recorded: the choice was made here.
      return begin(name, from && { ...from, traceFlags: TraceFlags.SAMPLED }, { kind: 'server', attributes: describe() });
    },
    isRecorded: (context) => {
      const parsed = contextOf(context);
      return parsed !== undefined && isSampled(parsed);
    },
    active: () => current.getStore(),
    within: (span, work) => current.run(span, work),
    counts: () => sender.counts(),
    close: () => (closing ??= close()),
  };
};
