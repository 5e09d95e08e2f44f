/**
 * `GET /stream`: what changes, as it changes, as Server-Sent Events. Invariant: what is wrong with a request, and changes that are not kept any more, are told with a
 * status, before the stream begins.
 */
import { Readable } from 'node:stream';

import { newWaited, type Role, type SpeedStore } from '@rushes/ports';
import type { Logger, Registry } from '@rushes/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';

import { requireKnownNames } from '../answers/known-names.ts';
import { titleKeyOf } from '../answers/title-id.ts';
import { type ChangeFeed, createChangeFeed } from '../follow/change-feed.ts';
import { retryText } from '../follow/event-text.ts';
import { answerFollower } from '../follow/follow-answer.ts';
import { type ChangeFilter, changesFollower } from '../follow/follow-changes.ts';
import { follow, type FollowContext, type Follower, inTime } from '../follow/follower.ts';
import { createOpenStreams } from '../follow/open-streams.ts';
import { type SendContext, sendEvents } from '../follow/send-events.ts';
import { clientOfAddress } from '../http/client-address.ts';
import { notFound, Problem, unavailable } from '../http/problem.ts';
import { requestReader } from '../http/request-reader.ts';
import type { CurrentSnapshot } from '../merge/current-snapshot.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { createEventStreamMetrics } from '../monitoring/event-stream-metrics.ts';
import type { ServingOptions } from '../options.ts';
import { describeStream } from './describe-stream.ts';
import { type AnsweringContext, keptAnswers } from './kept-answers.ts';
import { statedBy } from './stated-by.ts';
import {
  checkStream,
  EVENT_STREAM,
  requireEventStream,
  streamQuery,
  type StreamQuery,
  topMoviesOf,
  wantedPosition,
} from './stream-request.ts';
import { topMoviesRoute } from './top-movies.ts';

export interface StreamRouteContext {
  readonly answering: AnsweringContext;
  readonly snapshots: CurrentSnapshot;
  /** `undefined`: nothing changes but versions. */
  readonly speed: SpeedStore | undefined;
  readonly limits: ServingOptions['eventStreams'];
  readonly logger: Logger;
  readonly metrics: Registry;
  /** Whoever asks must have a key of this role. */
  readonly needs: Role | undefined;
  readonly vary: string;
}

const RETRY_AFTER_S = 60;

/** Nothing on the way may keep messages back, or keep them at all. */
const HEADERS = { 'content-type': EVENT_STREAM, 'cache-control': 'no-store', 'x-accel-buffering': 'no' } as const;

const readFilter = async ({ views }: Snapshot, { movie_id: ids, genre }: StreamQuery): Promise<ChangeFilter> => {
  if (ids !== undefined) {
    const keys = await Promise.all(ids.map((id) => titleKeyOf({ tmdbLinks: views.tmdbLinks }, id)));
    const unknown = ids.find((_id, at) => keys[at] === undefined);
    if (unknown !== undefined) throw notFound(`No title has the id ${unknown}.`);
    return { movies: new Set(keys.filter((key) => key !== undefined)) };
  }
  if (genre === undefined) return undefined;
  await requireKnownNames(views, { genres: [{ parameter: 'genre', names: [genre] }] });
  return { genre };
};

/** What the filter needs is read while the snapshot is held. */
const filterOf = async (snapshot: Snapshot, query: StreamQuery, { admission }: AnsweringContext): Promise<ChangeFilter> => {
  if (query.movie_id === undefined && query.genre === undefined) return undefined;
  snapshot.pin();
  try {
    return await admission.answers.run(() => readFilter(snapshot, query));
  } finally {
    snapshot.release();
  }
};

export const addStream = (app: FastifyInstance, context: StreamRouteContext): void => {
  const { answering, snapshots, speed, limits, logger, needs } = context;
  const open = createOpenStreams(limits);
  const sending: SendContext = {
    ...limits,
    ...createEventStreamMetrics(context.metrics),
    ending: open.ending,
    onFailure: (err, { id: requestId, url }) => logger.error({ err, requestId, url }, 'a stream of events ended by an error'),
  };
  // Before connections are ended: a client that sees the end of a stream goes on elsewhere.
  app.addHook('preClose', (done) => {
    open.end();
    done();
  });
  const following: FollowContext = { snapshots, heartbeatMs: limits.heartbeatMs, deadlineMs: answering.deadlineMs };
  const feed: ChangeFeed | undefined = speed && createChangeFeed(speed, answering.admission.answers);
  const read = requestReader(Type.Object({}), streamQuery, checkStream);
  const readTopMovies = requestReader(topMoviesRoute.params, topMoviesRoute.query, undefined);
  const topMovies = keptAnswers({ ...answering, onCache: () => undefined }, topMoviesRoute);

  /** Reads what comes first, so that what is wrong is said with a status. */
  const followChanges = async (snapshot: Snapshot, query: StreamQuery, lastEventId: string | undefined): Promise<Follower> => {
    if (feed === undefined) throw new Problem(503, 'This service has no speed layer to follow.');
    const { overlay, position } = snapshot;
    if (overlay === undefined || position === undefined) throw unavailable('What changed is not known yet.', RETRY_AFTER_S);
    const since = wantedPosition(lastEventId, query.since) ?? position;
    const filter = await filterOf(snapshot, query, answering);
    await inTime(feed.read(since, overlay.position), following);
    return changesFollower(following, { feed, filter, since });
  };

  const followTopMovies = async (snapshot: Snapshot, raw: Readonly<Record<string, unknown>>): Promise<Follower> => {
    const input = readTopMovies({}, topMoviesOf(raw));
    const tag = (of: Snapshot): string => topMovies.tag(topMovies.about(of, input), topMoviesRoute.url, input);
    const body = async (of: Snapshot): Promise<string> =>
      String((await topMovies.get(of, tag(of), topMovies.about(of, input).meta, input, newWaited())).body);
    await body(snapshot);
    return answerFollower(following, { tag, body, pauseMs: limits.answerPauseMs });
  };

  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const raw = request.query as Record<string, unknown>; // as: an object by Fastify's router
    const { query } = read({}, raw);
    const lastEventId = request.headers['last-event-id']?.toString();
    wantedPosition(lastEventId, undefined);
    requireEventStream(request.headers.accept);
    const snapshot = snapshots.require();
    const { caller, ip } = request;
    const isHead = request.method === 'HEAD';
    const leave = isHead ? () => undefined : open.enter(caller?.id ?? clientOfAddress(ip));
    try {
      const follower = await (query.view === 'changes' ? followChanges(snapshot, query, lastEventId) : followTopMovies(snapshot, raw));
      reply.headers({ ...HEADERS, ...statedBy(snapshot), vary: `Accept, ${context.vary}` });
      if (isHead) return reply.send(Readable.from([]));
      const pieces = async function* (signal: AbortSignal): AsyncGenerator<string> {
        yield retryText(limits.retryMs);
        yield* follow(following, follower, signal);
      };
      return sendEvents(sending, request, reply, { view: query.view, pieces, onEnd: leave });
    } catch (error) {
      leave();
      throw error;
    }
  };

  const config = needs === undefined ? {} : { needs };
  // Compressing would keep back what is small, or take a compressor for each client.
  app.route({ method: 'GET', url: '/stream', schema: describeStream(needs !== undefined), config, compress: false, handler });
};
