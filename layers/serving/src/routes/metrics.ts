/** `GET /metrics`, for Prometheus. */
import type { Registry } from '@rushes/runtime';
import type { FastifyInstance } from 'fastify';

/** What is shown: of one registry, or of several together. */
export type Exposition = Pick<Registry, 'contentType' | 'metrics'>;

export const addMetrics = (app: FastifyInstance, metrics: Exposition): void => {
  const schema = {
    operationId: 'getMetrics',
    summary: 'Metrics in the text format of Prometheus',
    tags: ['Service and data'],
    response: { 200: { description: 'Metrics.', content: { 'text/plain': { schema: { type: 'string' } } } } },
  };
  app.get('/metrics', { schema }, async (_request, reply) =>
    reply
      .header('content-type', metrics.contentType)
      .header('cache-control', 'no-store')
      .send(await metrics.metrics()),
  );
};
