/**
 * Which pages may read answers. Invariant: an answer that a shared cache may hand to anybody carries the same headers for everybody, or
 * says `Vary: Origin`.
 */
import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

const EXPOSED_HEADERS = [
  'ETag',
  'Link',
  'Location',
  'Preference-Applied',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Rushes-Batch-Version',
  'Rushes-Completeness',
  'Rushes-Position',
  'WWW-Authenticate',
  'X-Request-Id',
];

/** How long a browser may remember a preflight's answer. */
const PREFLIGHT_MAX_AGE_S = 600;

export interface CrossOrigin {
  /** Headers of every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Request headers, beside the encoding, that answers depend on. */
  readonly vary: readonly string[];
  /** OPTIONS is answered on every path. */
  readonly preflight: boolean;
}

/** Registers what the origins need. */
export const allowOrigins = (app: FastifyInstance, origins: readonly string[]): CrossOrigin => {
  if (origins.length === 0) return { headers: {}, vary: [], preflight: false };
  const everybody = origins.includes('*');
  const options = {
    origin: everybody ? '*' : [...origins],
    methods: ['GET', 'HEAD', 'POST'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_MAX_AGE_S,
    strictPreflight: false,
  };
  if (!everybody) {
    app.register(cors, options);
    return { headers: {}, vary: ['Origin'], preflight: true };
  }
  // The plugin's hook costs every request a tenth of its time to set headers that never change: here it only answers preflights.
  app.register(async (scope) => void scope.register(cors, options));
  return {
    headers: { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED_HEADERS.join(', ') },
    vary: [],
    preflight: true,
  };
};
