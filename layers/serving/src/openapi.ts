/** `/openapi.json` and `/docs`: the description that the routes' own schemas add up to. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

import { Catalog } from './catalog.ts';
import { completeContract } from './contract.ts';
import { ENTITIES } from './entities.ts';
import { DOCS_POLICY } from './security-headers.ts';

const DESCRIPTION = `Films, people and ratings, from batch views that are published as a whole and the events since: every answer comes from one version at one position, which it names.

Lists are paged by \`cursor\`: follow \`next\` (also in the \`Link\` header). Answers carry a strong \`ETag\`; send it back as \`If-None-Match\`.
Errors are problem details (RFC 9457) that name every bad parameter.

Movies, ratings and reviews are posted with an API key. \`Idempotency-Key\` makes a retry count once; \`Prefer: wait=2\` waits until answers show the event.`;

const TAGS = [
  { name: 'movies', description: 'Films and other titles' },
  { name: 'titles', description: 'The analytics table' },
  { name: 'people', description: 'People, and who works with whom' },
  { name: 'tops', description: 'Ranked lists' },
  { name: 'entrances', description: 'Movies, ratings and reviews that are posted' },
  { name: 'operation', description: 'State of the service and of its data' },
];

/** There is one description: no bar to load others. */
const THEME = { title: 'Rushes API', css: [{ filename: 'rushes.css', content: '.swagger-ui .topbar { display: none }' }] };

/** Call before the routes are registered: they are collected as they come. */
export const describeApi = (app: FastifyInstance, version: string): void => {
  for (const entity of [...ENTITIES, Catalog]) app.addSchema(entity);
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Rushes', description: DESCRIPTION, version, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: '/', description: 'This service.' }],
      tags: TAGS,
      components: {
        securitySchemes: {
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'A key that `rushes keys create` printed.' },
          bearer: { type: 'http', scheme: 'bearer', description: 'The same key, as `Authorization: Bearer`.' },
        },
      },
    },
    transformObject: (document) => ('openapiObject' in document ? completeContract(document.openapiObject) : document.swaggerObject),
    refResolver: {
      buildLocalReference: (json, _baseUri, _fragment, index) => (typeof json.$id === 'string' ? json.$id : `schema-${index}`),
    },
  });
  app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_POLICY,
    theme: THEME,
    uiConfig: { docExpansion: 'list', deepLinking: true },
  });
  app.register(async (scope) => {
    let text: string | undefined;
    scope.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
      text ??= JSON.stringify(app.swagger());
      return reply.header('content-type', 'application/json; charset=utf-8').header('cache-control', 'public, max-age=60').send(text);
    });
  });
};
