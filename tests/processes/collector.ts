/** A collector of spans as OpenTelemetry's exporters expect it (OTLP over HTTP, JSON: https://opentelemetry.io/docs/specs/otlp/), which keeps what it gets. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';

type OtlpValue = { readonly stringValue: string } | { readonly intValue: number } | { readonly boolValue: boolean };

interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly OtlpAttribute[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code?: number };
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

export interface CollectedSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly traceState: string | undefined;
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  /** Nanoseconds since 1970. */
  readonly began: bigint;
  readonly ended: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly string[];
  readonly isError: boolean;
}

export interface Collector {
  /** Where spans are posted to. */
  readonly url: string;
  /** In the order in which they came. */
  spans(): readonly CollectedSpan[];
  /** A trace as lines, sorted: each span with its service and what it is a part of. */
  traceLines(traceId: string): readonly string[];
  /** Of the last request. */
  headers(): IncomingHttpHeaders;
  close(): Promise<void>;
}

const KINDS = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const ERROR = 2;

const plain = (attributes: readonly OtlpAttribute[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

const spansOf = ({ resourceSpans }: OtlpRequest): readonly CollectedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(plain(resource.attributes)['service.name']);
    return scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        service,
        traceId: span.traceId,
        spanId: span.spanId,
        parentId: span.parentSpanId === '' ? undefined : span.parentSpanId,
        traceState: span.traceState,
        name: span.name,
        kind: KINDS[span.kind] ?? 'internal',
        began: BigInt(span.startTimeUnixNano),
        ended: BigInt(span.endTimeUnixNano),
        attributes: plain(span.attributes),
        links: (span.links ?? []).map(({ spanId }) => spanId),
        isError: span.status.code === ERROR,
      })),
    );
  });

/** Listens on a free port of 127.0.0.1. */
export const startCollector = async (): Promise<Collector> => {
  const collected: CollectedSpan[] = [];
  let headers: IncomingHttpHeaders = {};
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      headers = request.headers;
      collected.push(...spansOf(JSON.parse(body) as OtlpRequest)); // as: what an exporter sends
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the collector has no port');
  return {
    url: `http://127.0.0.1:${address.port}/v1/traces`,
    spans: () => collected,
    traceLines: (traceId) => {
      const spans = collected.filter((span) => span.traceId === traceId);
      const nameOf = (wanted: string | undefined): string => spans.find(({ spanId }) => spanId === wanted)?.name ?? 'nothing known';
      return spans.map(({ service, name, parentId }) => `${name} (${service}) in ${nameOf(parentId)}`).toSorted();
    },
    headers: () => headers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
