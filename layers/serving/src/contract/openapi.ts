/** `/openapi.json` and `/docs`: the description that the routes' own schemas add up to. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

import { Catalog } from '../answers/catalog.ts';
import { completeContract } from './contract.ts';
import type { CurrentSnapshot } from '../merge/current-snapshot.ts';
import { withDeadline } from '../http/deadline.ts';
import { ENTITIES } from '../answers/entities.ts';
import { type ExampleIds, exampleIds, withExampleIds } from './openapi-examples.ts';
import { DOCS_POLICY } from '../http/security-headers.ts';
import type { Snapshot } from '../merge/snapshot.ts';

const DESCRIPTION = `Films, people and ratings, from batch views that are published as a whole and the events since: every answer comes from one version at one position, which it names.

Lists are paged by \`cursor\`: follow \`next\` (also in the \`Link\` header). Lists can be had as NDJSON, CSV, Arrow and Parquet too (\`Accept\`, or \`format\`): whole, at one position, without pages. Answers carry a strong \`ETag\`; send it back as \`If-None-Match\`.
Errors are problem details (RFC 9457) that name every bad parameter.

Movies, ratings and reviews are posted with an API key. \`Idempotency-Key\` makes a retry count once; \`Prefer: wait=2\` waits until answers show the event.`;

const TAGS = [
  { name: 'Films', description: 'Films and other titles: lists, single ones, genres, what reviews say' },
  { name: 'Analytics table', description: 'One row a title of any type, a filter on each field' },
  { name: 'People', description: 'People, and who works with whom' },
  { name: 'Rankings', description: 'The best, the most voted, the most often credited' },
  { name: 'Analytics', description: 'How numbers go in the course of time, what stands out, and what genres and years come to' },
  { name: 'Adding data', description: 'Films, ratings and reviews that are posted' },
  { name: 'Service and data', description: 'State of the service, what changed, and where the data come from' },
];

/** There is one description: no bar to load others. */
const THEME = { title: 'Rushes API', css: [{ filename: 'rushes.css', content: '.swagger-ui .topbar { display: none }' }] };

const NO_IDS: ExampleIds = { title: undefined, person: undefined };

/** Who asks for the description does not wait longer than this for examples. */
const EXAMPLES_WAIT_MS = 500;

/** The ids of the served version. The description is shown whatever becomes of the store that would say which ids there are. */
const idsOfServed = (snapshots: CurrentSnapshot): (() => Promise<ExampleIds>) => {
  let kept: { readonly publication: number; readonly ids: Promise<ExampleIds> } | undefined;
  const look = async (snapshot: Snapshot): Promise<ExampleIds> => {
    snapshot.pin();
    try {
      return await exampleIds(snapshot);
    } finally {
      snapshot.release();
    }
  };
  return async () => {
    const snapshot = snapshots.peek();
    if (snapshot === undefined) return NO_IDS;
    const publication = snapshot.publication.number;
    if (kept?.publication !== publication) kept = { publication, ids: look(snapshot) };
    const { ids } = kept;
    ids.catch(() => {
      if (kept?.ids === ids) kept = undefined;
    });
    return withDeadline(ids, EXAMPLES_WAIT_MS, () => new Error('too late')).catch(() => NO_IDS);
  };
};

/** Call before the routes are registered: they are collected as they come. */
export const describeApi = (app: FastifyInstance, version: string, snapshots: CurrentSnapshot): void => {
  const idsNow = idsOfServed(snapshots);
  /** Those that the page being shown has: what it is made by cannot wait. */
  let ids = NO_IDS;
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
          bearerAuth: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'A token of the issuer that the service trusts, if it was told of one; its roles are those of keys.',
          },
        },
      },
    },
    transformObject: (document) => ('openapiObject' in document ? completeContract(document.openapiObject) : document.swaggerObject),
    refResolver: {
      buildLocalReference: (json, _baseUri, _fragment, index) => (typeof json.$id === 'string' ? json.$id : `schema-${index}`),
    },
  });
  app.register(async (scope) => {
    scope.addHook('preHandler', async () => {
      ids = await idsNow();
    });
    await scope.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: DOCS_POLICY,
      theme: THEME,
      transformSpecification: (description) => withExampleIds(description, ids),
      transformSpecificationClone: false,
      uiConfig: { docExpansion: 'list', deepLinking: true },
    });
  });
  app.register(async (scope) => {
    const texts = new WeakMap<ExampleIds, string>();
    scope.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
      const served = await idsNow();
      const text = texts.get(served) ?? JSON.stringify(withExampleIds(app.swagger(), served));
      texts.set(served, text);
      return reply.header('content-type', 'application/json; charset=utf-8').header('cache-control', 'public, max-age=60').send(text);
    });
  });
};
