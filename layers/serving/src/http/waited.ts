/** What each request has waited so far for caches and limits that replicas share, which it could do without. */
import { newWaited, type Waited } from '@rushes/ports';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    waited: Waited;
  }
}

/** Before everything that asks such a place. */
export const countWaits = (app: FastifyInstance): void => {
  app.decorateRequest('waited', null as unknown as Waited); // as: each request has its own, from its first hook on
  app.addHook('onRequest', (request, _reply, done) => {
    request.waited = newWaited();
    done();
  });
};
