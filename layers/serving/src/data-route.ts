/**
 * What all routes that answer from views have in common, in the order in which it is cheap: read the parameters, pin the snapshot, compare
 * entity tags, look into the cache, and only then compute. Invariants: one request sees one snapshot; a 304 touches no store.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { TObject, TSchema } from 'typebox';

import { compress, COMPRESSION_THRESHOLD_BYTES, preferredEncoding } from './content-encoding.ts';
import type { CurrentSnapshot } from './current-snapshot.ts';
import { envelopeText, type Answer } from './envelope.ts';
import { answerTag, entityTag, knownTag } from './etag.ts';
import { describeDataRoute } from './openapi-route.ts';
import { requestReader, type CrossCheck, type ReadRequest } from './request-reader.ts';
import type { Representation, ResponseCache } from './response-cache.ts';
import type { Snapshot } from './snapshot.ts';

export interface DataRoute<P extends TObject, Q extends TObject> {
  /** Fastify's pattern: `/movies/:id`. */
  readonly url: string;
  /** Name of the operation in the API's description. */
  readonly operation: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly params: P;
  readonly query: Q;
  readonly check?: CrossCheck<Q>;
  /** Schema of the envelope's `data`. */
  readonly data: TSchema;
  /** The envelope has `next`, and `total` where asked for. */
  readonly paged?: boolean;
  /** Throws a `Problem` for what the data say no to (404). */
  readonly answer: (snapshot: Snapshot, request: ReadRequest<P, Q>) => Promise<Answer>;
}

/** Adds a route. */
export type AddDataRoute = <P extends TObject, Q extends TObject>(route: DataRoute<P, Q>) => void;

export interface DataRouteContext {
  readonly snapshots: CurrentSnapshot;
  readonly cache: ResponseCache;
  readonly cacheMaxAgeS: number;
  /** Request headers that answers depend on. */
  readonly vary: string;
  readonly onCache: (hit: boolean) => void;
}

const JSON_TYPE = 'application/json; charset=utf-8';

const pathOf = (url: string): string => {
  const at = url.indexOf('?');
  return at === -1 ? url : url.slice(0, at);
};

export const dataRoutes = (app: FastifyInstance, context: DataRouteContext): AddDataRoute => {
  const { snapshots, cache, onCache } = context;
  const cacheControl = `public, max-age=${context.cacheMaxAgeS}, must-revalidate`;

  /** The same for all answers of one snapshot, so it is made once. */
  const headersBySnapshot = new WeakMap<Snapshot, Readonly<Record<string, string>>>();
  const headersOf = (snapshot: Snapshot): Readonly<Record<string, string>> => {
    let headers = headersBySnapshot.get(snapshot);
    if (headers === undefined) {
      headers = {
        'content-type': JSON_TYPE,
        'cache-control': cacheControl,
        vary: context.vary,
        'rushes-batch-version': String(snapshot.publication.version),
        'rushes-completeness': 'complete',
      };
      headersBySnapshot.set(snapshot, headers);
    }
    return headers;
  };

  const notModified = (reply: FastifyReply, snapshot: Snapshot, etag: string): FastifyReply =>
    reply.code(304).headers(headersOf(snapshot)).removeHeader('content-type').header('etag', etag).send();

  return (route) => {
    const read = requestReader(route.params, route.query, route.check);

    const compute = async (snapshot: Snapshot, input: ReadRequest<typeof route.params, typeof route.query>): Promise<Representation> => {
      const answer = await route.answer(snapshot, input);
      const body = envelopeText(answer, snapshot.meta);
      return { body, bytes: Buffer.byteLength(body), next: answer.next ?? null };
    };

    const respond = async (snapshot: Snapshot, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const input = read(request.params as Record<string, unknown>, request.query as Record<string, unknown>); // as: objects by Fastify's router
      const tag = answerTag(snapshot.tagSeed, pathOf(request.url), input.given);
      const encoding = preferredEncoding(request.headers['accept-encoding']);
      const asked = request.headers['if-none-match'];
      const known = asked === undefined ? undefined : knownTag(asked, tag, encoding);
      if (known !== undefined) return notModified(reply, snapshot, known);

      const ready = cache.peek(tag);
      onCache(ready !== undefined);
      const plain = ready ?? (await cache.resolve(tag, () => compute(snapshot, input)));
      if (asked === '*') return notModified(reply, snapshot, entityTag(tag, undefined));
      reply.headers(headersOf(snapshot));
      if (plain.next !== null) reply.header('link', `<${plain.next}>; rel="next"`);
      if (encoding === undefined || plain.bytes < COMPRESSION_THRESHOLD_BYTES) return reply.header('etag', entityTag(tag, undefined)).send(plain.body);
      const etag = entityTag(tag, encoding);
      const encoded = await cache.resolve(etag, async () => {
        const body = await compress(encoding, plain.body);
        return { body, bytes: body.byteLength, next: plain.next };
      });
      return reply.header('etag', etag).header('content-encoding', encoding).send(encoded.body);
    };

    app.route({
      method: 'GET',
      url: route.url,
      schema: describeDataRoute(route),
      // Compressed above, once for all requests of one answer.
      compress: false,
      handler: async (request, reply) => {
        const snapshot = snapshots.pin();
        try {
          return await respond(snapshot, request, reply);
        } finally {
          snapshot.release();
        }
      },
    });
  };
};
