/** How an entrance shows in the API's description. Pure. */
import type { FastifySchema } from 'fastify';
import { Type, type TObject, type TSchema } from 'typebox';

import type { Entrance } from './entrance-definition.ts';
import { MAX_WAIT_S } from '../http/prefer-wait.ts';
import { IDEMPOTENCY_KEY } from './request-ids.ts';

const problem = (description: string) => ({ description, content: { 'application/problem+json': { schema: Type.Ref('Problem#') } } });

const HEADERS = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      pattern: IDEMPOTENCY_KEY,
      description: 'A text of your own for this request: sent again with the same text within 48 hours, it counts once.',
    }),
  ),
  prefer: Type.Optional(
    Type.String({
      description: `\`wait=N\`: waits up to N seconds (at most ${MAX_WAIT_S}) until answers show it, and then says 201.`,
      examples: ['wait=2'],
    }),
  ),
});

/** With the answer to a write one can read what was written. */
const linkTo = (operationId: string, description: string) => ({
  operationId,
  description,
  parameters: { id: '$response.body#/data/movie_id', 'rushes-min-position': '$response.header.rushes-position' },
});

const LINKS = {
  movie: linkTo('getMovie', 'The movie, in an answer that shows the event.'),
  sentiment: linkTo('getMovieSentiment', 'What reviews say of it, in an answer that shows the event.'),
};

const receipt = (description: string) => ({
  description,
  content: { 'application/json': { schema: Type.Object({ data: Type.Ref('Receipt#'), meta: Type.Ref('ReceiptMeta#') }) } },
});

/** The first example of each field that has one. */
const exampleOf = (body: TObject): object =>
  Object.fromEntries(
    Object.entries<TSchema>(body.properties).flatMap(([name, field]) =>
      'examples' in field && Array.isArray(field.examples) ? [[name, field.examples[0]]] : [],
    ),
  );

/** Either header carries the same key; in place of a key may stand a token. */
export const SECURITY = [{ apiKey: [] }, { bearer: [] }, { bearerAuth: [] }];

export const describeEntrance = <P extends TObject, B extends TObject>(
  entrance: Entrance<P, B>,
): FastifySchema & { readonly 'x-links': object } => ({
  operationId: entrance.operation,
  summary: entrance.summary,
  description: entrance.description,
  tags: ['Adding data'],
  security: SECURITY,
  'x-links': LINKS,
  ...(Object.keys(entrance.params.properties).length > 0 ? { params: entrance.params } : {}),
  headers: HEADERS,
  body: { ...entrance.body, examples: [exampleOf(entrance.body)] },
  response: {
    201: receipt('It is in the log, and answers show it; only with `Prefer: wait`.'),
    202: receipt('It is in the log; answers will show it.'),
    400: problem('The body, a parameter or a header is invalid; `errors` names every fault.'),
    401: problem('No API key or token, or one that is worth nothing (any more).'),
    403: problem("The key's role is too little: it takes `writer`."),
    413: problem('The body is too large.'),
    415: problem('The body is not JSON.'),
    422: problem('This Idempotency-Key was used for another body.'),
    429: problem('Too many requests: try again after Retry-After seconds.'),
    503: problem('This service only reads, nothing is published yet, it is overloaded, or the log takes no events.'),
    ...Object.fromEntries(Object.entries(entrance.problems).map(([status, description]) => [status, problem(description)])),
  },
});
