/**
 * What all routes that answer from views have in common, in the order in which it is cheap: read the parameters, take the snapshot, compare
 * entity tags, look into the cache, and only then compute. Invariants: one request sees one snapshot; a 304 touches no store.
 */
import { Readable } from 'node:stream';

import type { Role } from '@rushes/ports';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type, type TObject } from 'typebox';

import type { KeptUrls } from '../admission/kept-urls.ts';
import type { TableFormat } from '../formats/formats.ts';
import type { About } from '../merge/about.ts';
import type { EarlierVersions } from '../merge/as-of.ts';
import { compress, COMPRESSION_THRESHOLD_BYTES, preferredEncoding, preferredStreamEncoding } from '../http/content-encoding.ts';
import type { CurrentSnapshot } from '../merge/current-snapshot.ts';
import { answerTag, entityTag, knownTag } from '../http/etag.ts';
import { describeDataRoute } from './openapi-route.ts';
import { Problem } from '../http/problem.ts';
import { requestReader, type ReadRequest } from '../http/request-reader.ts';
import type { Representation } from '../http/response-cache.ts';
import { type AnsweringContext, keptAnswers, tooLate } from './kept-answers.ts';
import type { AddDataRoute, DataRoute } from './route-definition.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import {
  aboutTable,
  chosenFormat,
  keepsFormulas,
  refusePageParameters,
  selectedTable,
  tableHeaders,
  withFormats,
  withoutFormat,
} from './route-table.ts';
import { statedBy } from './stated-by.ts';
import { type StreamContext, type StreamWatch, sendTable } from './table-stream.ts';

export interface DataRouteContext extends AnsweringContext {
  readonly snapshots: CurrentSnapshot;
  readonly earlier: EarlierVersions;
  /** For how long something may be there that answers do not show. */
  readonly lagMs: () => number;
  readonly kept: KeptUrls;
  readonly cacheMaxAgeS: number;
  /** Whoever asks must have a key of this role; answers are then no shared cache's to keep. */
  readonly needs?: Role | undefined;
  /** Request headers that answers depend on. */
  readonly vary: string;
  /** How whole lists are sent. */
  readonly streams: StreamWatch;
  /** An answer from the current version goes out. */
  readonly onAnswer: (projected: Snapshot['projected']) => void;
}

const JSON_TYPE = 'application/json; charset=utf-8';

const pathOf = (url: string): string => {
  const at = url.indexOf('?');
  return at === -1 ? url : url.slice(0, at);
};

const batchVersion = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: 1_000_000_000,
    description:
      'Answer from the batch layer of this version alone, as it was published. Without it: the current version and all events since.',
  }),
);

/** The route with the parameter that every one has whose answers belong to a version. */
const withBatchVersion = <P extends TObject, Q extends TObject>(route: DataRoute<P, Q>): DataRoute<P, Q> =>
  route.isLive === true
    ? route
    : {
        ...route,
        query: Type.Object({ ...route.query.properties, batch_version: batchVersion }) as unknown as Q, // as: one parameter more, which the route does not look at
      };

export const dataRoutes = (app: FastifyInstance, context: DataRouteContext): AddDataRoute => {
  const { snapshots, cache, admission, kept } = context;
  const cacheControl = `${context.needs === undefined ? 'public' : 'private'}, max-age=${context.cacheMaxAgeS}, must-revalidate`;

  /** The same for all answers of one snapshot, so it is made once. */
  const headersBySnapshot = new WeakMap<Snapshot, Readonly<Record<string, string>>>();
  const headersOf = (snapshot: Snapshot): Readonly<Record<string, string>> => {
    let headers = headersBySnapshot.get(snapshot);
    if (headers === undefined) {
      headers = {
        'content-type': JSON_TYPE,
        'cache-control': cacheControl,
        ...statedBy(snapshot),
      };
      headersBySnapshot.set(snapshot, headers);
    }
    return headers;
  };

  const streams: StreamContext = { ...context.streams, gate: admission.streams, deadlineMs: context.deadlineMs, tooLate };

  return (declared) => {
    const route = withFormats(withBatchVersion(declared));
    const vary = route.table === undefined ? context.vary : `Accept, ${context.vary}`;
    const read = requestReader(route.params, route.query, route.check, route.normalForm);
    const answers = keptAnswers(context, route);

    type Input = ReadRequest<typeof route.params, typeof route.query>;

    const notModified = (reply: FastifyReply, snapshot: Snapshot, etag: string): FastifyReply =>
      reply.code(304).headers(headersOf(snapshot)).header('vary', vary).removeHeader('content-type').header('etag', etag).send();

    /** All of the list as it is read, in a format of tables. */
    const answerTable = async (
      request: FastifyRequest,
      reply: FastifyReply,
      { table, format, input }: { readonly table: NonNullable<typeof route.table>; readonly format: TableFormat; readonly input: Input },
      { snapshot, isCurrent, about }: { readonly snapshot: Snapshot; readonly isCurrent: boolean; readonly about: About },
    ): Promise<FastifyReply> => {
      const { columns, pages } = selectedTable(table, input);
      const encoding = format.isCompressible ? preferredStreamEncoding(request.headers['accept-encoding']) : undefined;
      const tag = answerTag(about.tag, pathOf(request.url), [...withoutFormat(input.given), { name: 'format', text: format.mediaType }]);
      const told = () => {
        if (isCurrent) context.onAnswer(snapshot.projected);
      };
      const asked = request.headers['if-none-match'];
      const known = asked === undefined ? undefined : knownTag(asked, tag, encoding);
      if (known !== undefined || asked === '*') {
        told();
        return notModified(reply, snapshot, known ?? entityTag(tag, encoding));
      }
      const head = (): void => {
        told();
        reply.headers({ ...headersOf(snapshot), vary, ...tableHeaders(table.name, format, snapshot), etag: entityTag(tag, encoding) });
        if (encoding !== undefined) reply.header('content-encoding', encoding);
        if (isCurrent) reply.header('rushes-lag-ms', Math.round(context.lagMs()));
      };
      if (request.method === 'HEAD') {
        head();
        return reply.send(Readable.from([]));
      }
      const writing = { about: aboutTable(table.name, snapshot), keepFormulas: keepsFormulas(input.query) };
      snapshot.pin();
      const stream = { format, columns, writing, encoding, head, pages: () => pages(snapshot) };
      return sendTable(streams, request, reply, stream, () => snapshot.release());
    };

    const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const input = read(request.params as Record<string, unknown>, request.query as Record<string, unknown>); // as: objects by Fastify's router
      const { table } = route;
      const format = table && chosenFormat(request.headers.accept, input.query);
      if (format !== undefined) refusePageParameters(format.mediaType, input.given);
      const version = (input.query as { readonly batch_version?: number }).batch_version; // as: `withBatchVersion`
      const snapshot = version === undefined ? snapshots.require() : await context.earlier.snapshot(version);
      const about = answers.about(snapshot, input);
      const stated = (error: unknown): never => {
        if (error instanceof Problem && (error.status === 404 || error.status === 400)) reply.headers(statedBy(snapshot));
        throw error;
      };
      if (table !== undefined && format !== undefined)
        return answerTable(request, reply, { table, format, input }, { snapshot, isCurrent: version === undefined, about }).catch(stated);
      const tag = answers.tag(about, pathOf(request.url), input);
      const encoding = preferredEncoding(request.headers['accept-encoding']);
      const asked = request.headers['if-none-match'];
      const known = asked === undefined ? undefined : knownTag(asked, tag, encoding);
      if (known !== undefined) {
        if (version === undefined) context.onAnswer(snapshot.projected);
        kept.add(request.url);
        return notModified(reply, snapshot, known);
      }

      const plain = await answers.get(snapshot, tag, about.meta, input, request.waited).catch(stated);
      if (version === undefined) context.onAnswer(snapshot.projected);
      kept.add(request.url);
      if (asked === '*') return notModified(reply, snapshot, entityTag(tag, undefined));
      reply.headers(headersOf(snapshot)).header('vary', vary);
      if (version === undefined) reply.header('rushes-lag-ms', Math.round(context.lagMs()));
      if (plain.next !== null) reply.header('link', `<${plain.next}>; rel="next"`);
      if (encoding === undefined || plain.bytes < COMPRESSION_THRESHOLD_BYTES) {
        return reply.header('etag', entityTag(tag, undefined)).send(plain.body);
      }
      const etag = entityTag(tag, encoding);
      const compressed = async (): Promise<Representation> => {
        const body = await compress(encoding, plain.body);
        return { body, bytes: body.byteLength, next: plain.next };
      };
      const encoded = await cache.resolve(etag, compressed, request.waited);
      return reply.header('etag', etag).header('content-encoding', encoding).send(encoded.body);
    };

    // Compressed above, once for all requests of one answer.
    const config = context.needs === undefined ? {} : { needs: context.needs };
    const schema = describeDataRoute(route, context.needs !== undefined);
    app.route({ method: 'GET', url: route.url, schema, config, compress: false, handler });
  };
};
