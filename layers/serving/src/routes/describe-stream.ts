/** How `/stream` shows in the API's description. Pure. */
import type { FastifySchema } from 'fastify';
import { Type } from 'typebox';

import { POSITION_PATTERN } from '../merge/position.ts';
import { problem, REQUEST_HEADERS, securityOf, withoutDefaultedRequired } from './openapi-route.ts';
import { EVENT_STREAM, streamQuery } from './stream-request.ts';

const EXAMPLE = `retry: 2000

id: 0.0.2.0.0.0.0.0.0.0.1.0.0.0.0.0.0.0
event: change
data: {"movie_id":"d476accf-a8cf-552a-b872-68ffc71a03f6","views":["movie_ratings"],"partition":"movie.ratings/4","epoch":2,"offset":0,"at":"2026-03-01T20:15:00.177Z"}

`;

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
      description: 'Messages without end.',
      content: { [EVENT_STREAM]: { schema: Type.String({ description: 'Server-Sent Events.', examples: [EXAMPLE] }) } },
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
