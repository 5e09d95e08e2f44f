/**
 * Which pages may read answers. Invariant: an answer that a shared cache may hand to anybody carries the same headers for everybody, or
 * says `Vary: Origin`.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const EXPOSED_HEADERS = [
  'Allow',
  'Content-Disposition',
  'ETag',
  'Link',
  'Location',
  'Preference-Applied',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Rushes-Batch-Version',
  'Rushes-Completeness',
  'Rushes-Lag-Ms',
  'Rushes-Position',
  'WWW-Authenticate',
  'X-Request-Id',
].join(', ');

/** All that pages may use anywhere; `Allow` has those of the path. */
const METHODS = 'GET, HEAD, POST';

/** How long a browser may remember a preflight's answer. */
const PREFLIGHT_MAX_AGE_S = '600';

export interface CrossOrigin {
  /** Headers of every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Request headers, beside the encoding, that answers depend on. */
  readonly vary: readonly string[];
  /** Pages of other origins may read. */
  readonly isOpen: boolean;
  /** Tells a page that asks before it sends what it may send. */
  readonly preflight: (request: FastifyRequest, reply: FastifyReply) => void;
}

const preflight = ({ headers }: FastifyRequest, reply: FastifyReply): void => {
  if (headers['access-control-request-method'] === undefined || !reply.hasHeader('access-control-allow-origin')) return;
  reply.header('access-control-allow-methods', METHODS).header('access-control-max-age', PREFLIGHT_MAX_AGE_S);
  const wanted = headers['access-control-request-headers'];
  if (wanted !== undefined) reply.header('access-control-allow-headers', wanted);
  const vary = reply.getHeader('vary');
  reply.header('vary', `${vary === undefined ? '' : `${String(vary)}, `}Access-Control-Request-Headers`);
};

/** Registers what the origins need. */
export const allowOrigins = (app: FastifyInstance, origins: readonly string[]): CrossOrigin => {
  if (origins.length === 0) return { headers: {}, vary: [], isOpen: false, preflight: () => {} };
  const exposed = { 'access-control-expose-headers': EXPOSED_HEADERS };
  if (origins.includes('*')) return { headers: { 'access-control-allow-origin': '*', ...exposed }, vary: [], isOpen: true, preflight };
  app.addHook('onRequest', ({ headers: { origin } }, reply, done) => {
    reply.header('vary', 'Origin');
    if (origin !== undefined && origins.includes(origin)) reply.headers({ 'access-control-allow-origin': origin, ...exposed });
    done();
  });
  return { headers: {}, vary: ['Origin'], isOpen: true, preflight };
};
