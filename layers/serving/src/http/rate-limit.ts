/**
 * The rate limit, as draft-ietf-httpapi-ratelimit-headers-10 tells clients of it. A limiter that fails lets requests pass: slower
 * protection is no reason for errors.
 */
import type { RateLimitDecision, RateLimiter } from '@rushes/ports';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { Problem } from './problem.ts';

export interface RateLimitContext {
  readonly limiter: RateLimiter;
  readonly isLimited: (request: FastifyRequest) => boolean;
  /** Whose bucket a request is taken from. */
  readonly clientOf: (request: FastifyRequest) => string;
  readonly onLimited: () => void;
  readonly onTrouble: (error: unknown) => void;
}

/** IANA's problem type of this draft. */
export const QUOTA_EXCEEDED = 'https://iana.org/assignments/http-problem-types#quota-exceeded';

const POLICY = 'requests';

/** The bucket is the only policy: `burst` requests, which flow in within this many seconds. */
const policyHeader = ({ burst, perMinute }: RateLimiter): string => `"${POLICY}";q=${burst};w=${Math.ceil((burst * 60) / perMinute)}`;

const stateHeader = ({ remaining, resetS }: RateLimitDecision): string => `"${POLICY}";r=${remaining};t=${resetS}`;

export const limitRate = (app: FastifyInstance, { limiter, isLimited, clientOf, onLimited, onTrouble }: RateLimitContext): void => {
  const policy = policyHeader(limiter);
  app.addHook('onRequest', async (request, reply) => {
    if (!isLimited(request)) return;
    let decision: RateLimitDecision;
    try {
      decision = await limiter.take(clientOf(request), request.waited);
    } catch (error) {
      onTrouble(error);
      return;
    }
    reply.header('ratelimit-policy', policy).header('ratelimit', stateHeader(decision));
    if (decision.allowed) return;
    onLimited();
    throw new Problem(
      429,
      `More than ${limiter.burst} requests at once, or ${limiter.perMinute} a minute: try again in ${decision.retryAfterS} s.`,
      {
        type: QUOTA_EXCEEDED,
        members: { 'violated-policies': [POLICY] },
        headers: { 'retry-after': String(Math.max(1, decision.retryAfterS)) },
      },
    );
  });
};
