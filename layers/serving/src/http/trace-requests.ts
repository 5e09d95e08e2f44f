/**
 * A span for each request that is traced, with the attributes that https://opentelemetry.io/docs/specs/semconv/http/http-spans/ names. Of the address only the
 * route's pattern is told, never a path or a query: these hold ids and what people look for.
 */
import type { Span, Tracing } from '@rushes/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { trafficOf } from './traffic.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** `undefined`: this one is not traced. */
    span: Span | undefined;
  }
}

/** Node joins several lines of one name. */
const headerOf = ({ headers }: FastifyRequest, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
};

const endWith = (span: Span, { raw, statusCode }: FastifyReply): void => {
  if (raw.writableEnded) {
    span.set({ 'http.response.status_code': statusCode });
    if (statusCode >= 500) span.fail(String(statusCode));
  } else span.fail('connection_closed');
  span.end();
};

/** Before everything else that happens to a request. What asks how the process is, or for documentation, is not traced. */
export const traceRequests = (app: FastifyInstance, tracing: Tracing | undefined): void => {
  app.decorateRequest('span', undefined);
  if (tracing === undefined) return;
  app.addHook('onRequest', (request, reply, done) => {
    const { method } = request;
    const { url } = request.routeOptions;
    if (trafficOf(url) !== 'data') return done();
    const span = tracing.receive(
      url === undefined ? method : `${method} ${url}`,
      { traceparent: headerOf(request, 'traceparent'), tracestate: headerOf(request, 'tracestate') },
      () => ({
        'http.request.method': method,
        'url.scheme': request.protocol,
        'network.protocol.version': request.raw.httpVersion,
        ...(url === undefined ? {} : { 'http.route': url }),
      }),
    );
    if (span === undefined) return done();
    request.span = span;
    reply.raw.once('close', () => endWith(span, reply));
    tracing.within(span, done);
  });
  // A body arrives in events of the connection, which belongs to no request.
  app.addHook('preValidation', ({ span }, _reply, done) => {
    if (span === undefined) done();
    else tracing.within(span, done);
  });
};
