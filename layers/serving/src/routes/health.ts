/** `GET /health`, `/health/live`, `/health/ready`: for people, and for whoever restarts or routes to this process. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Type } from 'typebox';

import { type ComponentContext, readHealth } from '../monitoring/component-states.ts';
import type { Readiness } from '../monitoring/readiness.ts';

const Status = Type.Enum(['ok', 'degraded', 'unavailable'], { type: 'string' });
const Detail = Type.Optional(Type.String({ description: 'What is not as it should be, for people.' }));
const Checked = Type.Object({ status: Status, detail: Detail });

const Warning = Type.Object({
  what: Type.Enum(['batch_age', 'lag', 'uncovered_epoch', 'dead_letters', 'quarantine', 'quota'], {
    type: 'string',
    description:
      '`batch_age`: the run began long ago that what is served is of. `lag`: an event waits to be shown. `uncovered_epoch`: no run has covered the oldest events for long. `dead_letters`: events of the last hour cannot be used. `quarantine`: many lines of a file cannot be used. `quota`: a source lets little more be asked today.',
  }),
  of: Type.Optional(Type.String({ description: 'Which partition of the log, file or source.' })),
  value: Type.Number(),
  limit: Type.Number({ description: 'The value from which on it is warned of.' }),
  unit: Type.Enum(['seconds', 'share', 'events'], { type: 'string' }),
});

const Health = Type.Object({
  status: Status,
  warnings: Type.Array(Warning, { description: 'What comes near to a limit while all answers are right. It changes no status.' }),
  components: Type.Object({
    api: Checked,
    batch: Type.Object({
      status: Status,
      detail: Detail,
      publication: Type.Optional(Type.Integer()),
      version: Type.Optional(Type.Integer()),
      origin: Type.Optional(
        Type.Enum(['sample', 'files'], { type: 'string', description: "Whether the version is made from a sample, or from IMDb's files." }),
      ),
      cut_at: Type.Optional(Type.String()),
      published_at: Type.Optional(Type.String()),
      age_s: Type.Optional(Type.Integer({ description: 'Seconds since the version was published.' })),
    }),
    speed: Type.Optional(
      Type.Object({
        status: Status,
        detail: Detail,
        completeness: Type.Optional(Type.Enum(['complete', 'stale', 'gap'], { type: 'string' })),
        lag_ms: Type.Optional(Type.Integer({ description: 'For how long something may be there that answers do not show.' })),
        missing_ranges: Type.Optional(Type.Integer({ description: 'Ranges of the log that are in no answer, and may come.' })),
        lost_ranges: Type.Optional(
          Type.Integer({ description: 'Ranges of the log that were gone before they were archived: they are in no answer for good.' }),
        ),
      }),
    ),
    log: Type.Optional(Checked),
    keys: Type.Optional(Checked),
    disk: Type.Optional(
      Type.Object({
        status: Status,
        detail: Detail,
        free_bytes: Type.Optional(Type.Integer()),
        size_bytes: Type.Optional(Type.Integer()),
        used_bytes: Type.Optional(Type.Integer({ description: 'What the data folder takes, as last measured.' })),
      }),
    ),
    cache: Type.Optional(Checked),
    workers: Type.Optional(
      Type.Object({
        status: Status,
        detail: Detail,
        configured: Type.Integer({ description: 'Processes that the service should have.' }),
        listening: Type.Integer({ description: 'Processes that take connections.' }),
        answered_by: Type.Integer({ description: 'The process that answered: all else in this answer is as that one sees it.' }),
      }),
    ),
  }),
});

const described = (operationId: string, summary: string, schema: object, unready = true) => ({
  operationId,
  summary,
  tags: ['Service and data'],
  response: {
    200: { description: 'It is.', content: { 'application/json': { schema } } },
    ...(unready ? { 503: { description: 'It is not (yet).', content: { 'application/json': { schema } } } } : {}),
  },
});

const Simple = Type.Object({ status: Status });

const answer = (reply: FastifyReply, status: string, body: object): FastifyReply =>
  reply
    .code(status === 'unavailable' ? 503 : 200)
    .header('cache-control', 'no-store')
    .send(body);

export const addHealth = (app: FastifyInstance, context: ComponentContext, readiness: () => Readiness): void => {
  app.get('/health', { schema: described('getHealth', 'Each component with its state', Health) }, async (_request, reply) => {
    const health = await readHealth(context);
    return answer(reply, health.status, health);
  });
  app.get('/health/live', { schema: described('getLiveness', 'Is the process alive?', Simple, false) }, (_request, reply) =>
    answer(reply, 'ok', { status: 'ok' }),
  );
  app.get('/health/ready', { schema: described('getReadiness', 'Should it be sent requests?', Checked) }, (_request, reply) => {
    const state = readiness();
    return answer(reply, state.status, state);
  });
};
