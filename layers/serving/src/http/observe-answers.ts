/** How long answers take, for metrics, and each request for who looks for a fault. */
import type { Logger } from '@rushes/runtime';
import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Its answer is on its way for as long as its client takes, as a whole list or a stream: how long says nothing of this service. */
    takesClientsTime: boolean;
  }
}

/** What a route is called in metrics: writing has other durations than reading. */
const routeName = ({ method, routeOptions: { url } }: FastifyRequest): string | undefined =>
  method === 'POST' && url !== undefined ? `POST ${url}` : url;

/** @param observe is told of each answer but those that take their clients' time. */
export const observeAnswers = (
  app: FastifyInstance,
  logger: Logger,
  observe: (route: string | undefined, status: number, seconds: number) => void,
): void => {
  app.decorateRequest('takesClientsTime', false);
  app.addHook('onResponse', (request, reply, done) => {
    if (!request.takesClientsTime) observe(routeName(request), reply.statusCode, reply.elapsedTime / 1000);
    if (logger.isLevelEnabled('debug')) {
      logger.debug(
        { requestId: request.id, method: request.method, url: request.url, status: reply.statusCode, ms: reply.elapsedTime },
        'request',
      );
    }
    done();
  });
};
