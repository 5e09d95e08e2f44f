/** `GET /health`, `/health/live`, `/health/ready`: for people, and for whoever restarts or routes to this process. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Type } from 'typebox';

import type { CurrentSnapshot } from '../current-snapshot.ts';

export interface HealthContext {
  readonly snapshots: CurrentSnapshot;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const Status = Type.Enum(['ok', 'degraded', 'unavailable'], { type: 'string' });

const Health = Type.Object({
  status: Status,
  components: Type.Object({
    api: Type.Object({ status: Status }),
    batch: Type.Object({
      status: Status,
      detail: Type.Optional(Type.String()),
      publication: Type.Optional(Type.Integer()),
      version: Type.Optional(Type.Integer()),
      cut_at: Type.Optional(Type.String()),
      published_at: Type.Optional(Type.String()),
      age_s: Type.Optional(Type.Integer({ description: 'Seconds since the version was published.' })),
    }),
  }),
});

const described = (operationId: string, summary: string, schema: object, unready = true) => ({
  operationId,
  summary,
  tags: ['operation'],
  response: {
    200: { description: 'It is.', content: { 'application/json': { schema } } },
    ...(unready ? { 503: { description: 'It is not (yet).', content: { 'application/json': { schema } } } } : {}),
  },
});

const Simple = Type.Object({ status: Status });

const batchHealth = ({ snapshots, now }: HealthContext) => {
  const publication = snapshots.peek()?.publication;
  if (publication === undefined) return { status: 'unavailable', detail: 'nothing has been published yet' };
  const failing = snapshots.trouble() !== undefined;
  return {
    status: failing ? 'degraded' : 'ok',
    // What exactly failed is in the log: it may name paths and hosts.
    ...(failing ? { detail: 'the last look for a new publication failed' } : {}),
    publication: publication.number,
    version: publication.version,
    cut_at: publication.cutAt,
    published_at: publication.publishedAt,
    age_s: Math.max(0, Math.floor((now() - Date.parse(publication.publishedAt)) / 1000)),
  };
};

const answer = (reply: FastifyReply, status: string, body: object): FastifyReply =>
  reply
    .code(status === 'unavailable' ? 503 : 200)
    .header('cache-control', 'no-store')
    .send(body);

export const addHealth = (app: FastifyInstance, context: HealthContext): void => {
  app.get('/health', { schema: described('getHealth', 'Each component with its state', Health) }, (_request, reply) => {
    const batch = batchHealth(context);
    return answer(reply, batch.status, { status: batch.status, components: { api: { status: 'ok' }, batch } });
  });
  app.get('/health/live', { schema: described('getLiveness', 'Is the process alive?', Simple, false) }, (_request, reply) =>
    answer(reply, 'ok', { status: 'ok' }),
  );
  app.get('/health/ready', { schema: described('getReadiness', 'Can it answer from data?', Simple) }, (_request, reply) => {
    const { status } = batchHealth(context);
    return answer(reply, status, { status });
  });
};
