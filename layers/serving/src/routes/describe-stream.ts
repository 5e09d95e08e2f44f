/** How `/stream` shows in the API's description. Pure. */
import type { FastifySchema } from 'fastify';
import { type TSchema, Type } from 'typebox';

import { MissingRange, ServedBatch } from '../answers/entities.ts';
import { POSITION_PATTERN } from '../merge/position.ts';
import { ChangeSchema } from './changes.ts';
import { problem, REQUEST_HEADERS, securityOf, withoutDefaultedRequired } from './openapi-route.ts';
import { EVENT_STREAM, streamQuery } from './stream-request.ts';

/** JSON in a message's `data`. */
const json = (contentSchema: TSchema) => Type.String({ contentMediaType: 'application/json', contentSchema });

/** One message of a type, as a client gets it. */
const message = (event: string, description: string, data: TSchema) =>
  Type.Object(
    {
      id: Type.String({ pattern: POSITION_PATTERN, description: 'Where to go on after this message.' }),
      event: Type.Enum([event], { type: 'string' }),
      data: json(data),
    },
    { description },
  );

const change = Type.Object(
  {
    id: Type.Optional(Type.String({ pattern: POSITION_PATTERN, description: 'With the last title of a change record alone.' })),
    event: Type.Enum(['change'], { type: 'string' }),
    data: json(ChangeSchema),
  },
  { description: 'A title that changed.' },
);

const Version = Type.Object({
  publication: Type.Integer({
    description: 'Number of the publication: one that is published later has a higher one, also after a rollback.',
  }),
  batch: ServedBatch,
  missing: Type.Array(MissingRange, { description: 'As in `meta`: what answers lack.' }),
});

/** OpenAPI 3.1 describes a stream by its messages, as 3.2 does with `itemSchema`. */
const Message = Type.Union([
  message('version', 'Which version answers come from.', Version),
  change,
  message('answer', 'The whole answer of `/top_movies`.', Type.Unknown()),
]);

const requestHeaders = Type.Object({
  ...REQUEST_HEADERS.properties,
  'last-event-id': Type.Optional(
    Type.String({
      pattern: POSITION_PATTERN,
      description: 'The id of the last message that was seen, on any replica: go on after it. Browsers send it by themselves.',
    }),
  ),
});

export const describeStream = (needsKey: boolean): FastifySchema => ({
  operationId: 'followChanges',
  summary: 'What changes, as it changes (Server-Sent Events)',
  description:
    'Messages of the types `version` (which version answers come from, and which events they lack: first of all, and whenever that is another), `change` (one change, as `/changes` lists it) and, with `view=top_movies`, `answer` (the whole answer of `/top_movies`, first of all and whenever it is another). The `id` of a message is a position: whoever connects again with `Last-Event-ID`, to any replica, goes on after it. Changes are kept for 48 hours. A stream ends after an hour, and when its process does: connect again. At most so many are open for a client (429) and in a process (503).',
  tags: ['Service and data'],
  querystring: withoutDefaultedRequired(streamQuery),
  headers: requestHeaders,
  security: securityOf(needsKey),
  response: {
    200: {
      description: 'Messages without end. Beside them there are such as have an `id` alone: they say how far a quiet stream has come.',
      content: { [EVENT_STREAM]: { schema: Message } },
    },
    400: problem('Parameters are invalid or unknown; `errors` names each.'),
    ...(needsKey
      ? { 401: problem('No API key, or one that is worth nothing (any more).'), 403: problem("The key's role is too little.") }
      : {}),
    404: problem('There is no title with this id of TMDB.'),
    406: problem(`Accept does not name ${EVENT_STREAM}.`),
    410: problem('Changes since this position are not kept any more: read the lists anew, and follow from there.'),
    429: problem('Too many requests, or too many streams of this client: try again after Retry-After seconds.'),
    503: problem('Nothing published yet, no speed layer, overloaded, or too many streams: try again after Retry-After seconds.'),
  },
});
