/** How a data route shows in the API's description. Pure. */
import type { FastifySchema } from 'fastify';
import { Type, type TObject, type TSchema } from 'typebox';

import { SECURITY } from './entrances/describe-entrance.ts';
import type { DataRoute } from './route-definition.ts';

const problem = (description: string) => ({ description, content: { 'application/problem+json': { schema: Type.Ref('Problem#') } } });

const RESPONSE_HEADERS = {
  etag: { type: 'string', description: 'Strong tag of the representation; send it as If-None-Match.' },
  'cache-control': { type: 'string' },
  'rushes-batch-version': { type: 'integer', description: 'Version of the batch views that the answer comes from.' },
  'rushes-completeness': { type: 'string', enum: ['complete', 'stale', 'gap'] },
  'x-request-id': { type: 'string', description: "The client's own, if it sent a well-formed one." },
};

const REQUEST_HEADERS = Type.Object({
  'rushes-min-position': Type.Optional(
    Type.String({ description: 'A position as `Rushes-Position` tells one: the answer knows of all events before it, or is 503.' }),
  ),
});

const LINK_HEADER = { link: { type: 'string', description: 'The next page, as `<…>; rel="next"`.' } };

const envelopeSchema = (data: TSchema, paged: boolean): TObject =>
  Type.Object({
    data,
    meta: Type.Ref('Meta#'),
    ...(paged
      ? {
          next: Type.Unsafe<string | null>({
            type: ['string', 'null'],
            description: 'Path and query of the next page, null on the last one.',
          }),
          total: Type.Optional(Type.Integer({ description: 'Rows of the whole list; with `count=true`.' })),
        }
      : {}),
  });

/** A parameter with a default need not be given, though a route always has its value. */
const withoutDefaultedRequired = (schema: TObject): object => {
  const properties: Readonly<Record<string, TSchema>> = schema.properties;
  const required = (schema.required ?? []).filter((name) => !('default' in (properties[name] ?? {})));
  const { required: _all, ...rest } = schema;
  return required.length === 0 ? rest : { ...rest, required };
};

export const describeDataRoute = <P extends TObject, Q extends TObject>(route: DataRoute<P, Q>, needsKey: boolean): FastifySchema => {
  const byId = Object.keys(route.params.properties).length > 0;
  const response: Record<string, unknown> = {
    200: {
      description: 'The answer. With `fields`, objects have only the fields asked for.',
      headers: route.paged === true ? { ...RESPONSE_HEADERS, ...LINK_HEADER } : RESPONSE_HEADERS,
      content: { 'application/json': { schema: envelopeSchema(route.data, route.paged === true) } },
    },
    304: { description: 'Not modified: the tag of If-None-Match is still right.', type: 'null' },
    400: problem('Parameters are invalid or unknown; `errors` names each.'),
    ...(needsKey
      ? { 401: problem('No API key, or one that is worth nothing (any more).'), 403: problem("The key's role is too little.") }
      : {}),
    404: problem('There is nothing with this id, or the version is not kept.'),
    ...Object.fromEntries(Object.entries(route.problems ?? {}).map(([status, description]) => [status, problem(description)])),
    429: problem('Too many requests: try again after Retry-After seconds.'),
    503: problem('Nothing published yet, overloaded, or too slow: try again after Retry-After seconds.'),
  };
  return {
    operationId: route.operation,
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: [route.tag],
    ...(byId ? { params: route.params } : {}),
    querystring: withoutDefaultedRequired(route.query),
    headers: REQUEST_HEADERS,
    ...(needsKey ? { security: SECURITY } : {}),
    response,
  };
};
