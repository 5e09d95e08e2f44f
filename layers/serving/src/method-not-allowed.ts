/** 405 with `Allow` for methods that a path does not have. Invariant: the list is what is registered, not what somebody wrote down. */
import type { FastifyInstance } from 'fastify';

import { sendProblem } from './failures.ts';
import { Problem } from './problem.ts';

/**
 * Call before the first route is registered. The returned plugin goes after the last one.
 * @param answered methods that are answered elsewhere, on every path.
 */
export const refuseOtherMethods = (app: FastifyInstance, answered: readonly string[]): ((scope: FastifyInstance) => Promise<void>) => {
  const urls = new Set<string>();
  app.addHook('onRoute', ({ url }) => void urls.add(url));

  return async (scope) => {
    for (const url of urls) {
      const allowed = scope.supportedMethods.filter((method) => scope.hasRoute({ method, url }) || answered.includes(method));
      const others = scope.supportedMethods.filter((method) => !allowed.includes(method));
      // A wildcard's methods are for all paths that no route has.
      if (url.includes('*') || others.length === 0) continue;
      const allow = allowed.toSorted().join(', ');
      scope.route({
        method: others,
        url,
        schema: { hide: true },
        // Before the body is read: it is not wanted.
        onRequest: async (request, reply) =>
          sendProblem(new Problem(405, `${request.method} is not possible here, only ${allow}.`, { headers: { allow } }), request, reply),
        handler: async () => {},
      });
    }
  };
};
