/**
 * The way of an event from a request into the log, the same for all kinds: read everything, name every fault, derive ids, look whether it may be, append,
 * answer. Invariants: what is answered with 201 or 202 is in the log; an event that is in the log through here is never found faulty later.
 */
import { hash } from 'node:crypto';

import { eventText, judgeNewEvent, type MovieEvent, partitionOf, readInstant, topicOfEvent } from '@rushes/domain';
import { ClockAheadError, type EventLog } from '@rushes/ports';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';

import type { Gate } from '../admission/gate.ts';
import type { CurrentSnapshot } from '../merge/current-snapshot.ts';
import { instantFault } from '../answers/instant.ts';
import { isTmdbId, titleKeyOf } from '../answers/title-id.ts';
import { positionText } from '../merge/position.ts';
import { badRequest, type Fault, Problem, unavailable } from '../http/problem.ts';
import { requestReader } from '../http/request-reader.ts';
import { bodyReader } from './body-reader.ts';
import { describeEntrance } from './describe-entrance.ts';
import type { AddEntrance, Admitted, Posted } from './entrance-definition.ts';
import type { EntranceMetrics } from './entrance-metrics.ts';
import type { PositionWaits } from './position-waits.ts';
import { preferredWaitS } from '../http/prefer-wait.ts';
import type { Receipt, Receipts } from './receipts.ts';
import type { EventSpans } from './trace-event.ts';
import { eventIdOf, idempotencyFault, type RequestIdentity } from './request-ids.ts';

export interface EntranceContext {
  /** `undefined`: nothing can be posted here. */
  readonly log: EventLog | undefined;
  readonly snapshots: CurrentSnapshot;
  /** Whether answers show a position, those of every process of the service, now or within so many milliseconds. */
  readonly isShown: PositionWaits['until'];
  readonly receipts: Receipts;
  /** Bounds what is being written. */
  readonly writes: Gate;
  readonly metrics: EntranceMetrics;
  readonly spans: EventSpans;
  /** The log did not take an event. */
  readonly onTrouble: (message: string, error: unknown, about: Readonly<Record<string, string>>) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** An id that no event or movie has. */
  readonly newId: () => string;
}

/** The log's clock may be behind ours by this much, and still no event lies too far in its future. */
const CLOCK_MARGIN_MS = 60_000;
const RETRY_AFTER_S = 5;
const NIL_ID = '00000000-0000-0000-0000-000000000000';

const readOnly = () =>
  new Problem(
    503,
    'This service only reads: it was started on a data folder that cannot be written to, or without an event log or API keys.',
  );

const judge = (event: MovieEvent, nowMs: number) =>
  judgeNewEvent(eventText(event), {
    topic: topicOfEvent(event.type),
    key: event.payload.movie_id,
    appendedAtMs: nowMs - CLOCK_MARGIN_MS,
  });

/** What a schema cannot see of the field `at`: judged by itself, so that it is named beside the other faults. */
const timeFault = (at: unknown, nowMs: number): Fault | undefined => {
  if (typeof at !== 'string') return undefined;
  const detail = instantFault(at) ?? (readInstant(at) === undefined ? 'is no instant of the calendar' : undefined);
  if (detail !== undefined) return { in: 'body', name: 'at', detail };
  const judgment = judge({ type: 'rating_given', version: 1, payload: { movie_id: NIL_ID, score: 1, user: null, at } }, nowMs);
  return 'fault' in judgment ? { in: 'body', name: 'at', detail: 'lies more than 24 hours ahead' } : undefined;
};

/** Parameters of the path and the query, or what is wrong with them. */
const readParameters = <P>(read: () => { readonly params: P }): { readonly params: P } | { readonly faults: readonly Fault[] } => {
  try {
    return read();
  } catch (error) {
    if (error instanceof Problem && error.status === 400) return { faults: error.errors };
    throw error;
  }
};

export const entrances = (app: FastifyInstance, context: EntranceContext): AddEntrance => {
  const { log, snapshots, isShown: isShownWithin, receipts, writes, metrics, spans, onTrouble, now, newId } = context;

  const append = async (to: EventLog, { event }: Posted, eventId: string, request: FastifyRequest): Promise<Receipt> => {
    const movieId = event.payload.movie_id;
    const partition = partitionOf(topicOfEvent(event.type), movieId);
    const appendedAtMs = now();
    try {
      const appended = await spans.append(request.span, partition, event.type, async (trace) => {
        const [done] = await to.append([{ partition, key: movieId, id: eventId, value: eventText(event), trace }]);
        if (done === undefined) throw new Error(`${to.location} did not say where it put the event ${eventId}`);
        return done;
      });
      metrics.onEvent(event.type, 'appended');
      return { eventId, movieId, position: { [partition]: appended.offset + 1 }, appendedAtMs };
    } catch (cause) {
      metrics.onEvent(event.type, 'failed');
      onTrouble('an event could not be appended', cause, { requestId: request.id, eventId });
      if (cause instanceof ClockAheadError)
        throw unavailable(
          'The clock of this service is ahead of the others that write to the log, so it takes no events. Send the request again with the same Idempotency-Key once it is set right, or to another replica: it counts once.',
          RETRY_AFTER_S,
        );
      throw unavailable(
        'The log does not take events at the moment. Send the request again with the same Idempotency-Key: it counts once.',
        RETRY_AFTER_S,
      );
    }
  };

  const answer = async (reply: FastifyReply, receipt: Receipt, waitS: number | undefined): Promise<FastifyReply> => {
    const isShown = waitS !== undefined && (await isShownWithin(receipt.position, waitS * 1000));
    const position = positionText(receipt.position);
    reply
      .code(isShown ? 201 : 202)
      .header('content-type', 'application/json; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('location', `/movies/${receipt.movieId}`)
      .header('rushes-position', position);
    if (waitS !== undefined) reply.header('preference-applied', `wait=${waitS}`);
    return reply.send(
      JSON.stringify({
        data: { event_id: receipt.eventId, movie_id: receipt.movieId, position },
        meta: { state: isShown ? 'shown' : 'accepted', appended_at: new Date(receipt.appendedAtMs).toISOString() },
      }),
    );
  };

  return (entrance) => {
    const readUrl = requestReader(entrance.params, Type.Object({}), undefined);
    const readBody = bodyReader(entrance.body);

    /** Reads all of the request; every fault of it is named. */
    const read = (request: FastifyRequest, params: Record<string, unknown>, identity: RequestIdentity, nowMs: number) => {
      const faults: Fault[] = [];
      const keyFault = idempotencyFault(identity.idempotencyKey);
      if (keyFault !== undefined) faults.push(keyFault);
      const url = readParameters(() => readUrl(params, request.query as Record<string, unknown>)); // as: an object by Fastify's router
      if ('faults' in url) faults.push(...url.faults);
      const body = readBody(request.body);
      if ('faults' in body) faults.push(...body.faults);
      const lateness = timeFault(('faults' in body ? body.readable : (body.value as Readonly<Record<string, unknown>>))['at'], nowMs); // as: an object
      if (lateness !== undefined) faults.push(lateness);
      if ('faults' in body && entrance.largeField !== undefined && body.tooLong.includes(entrance.largeField))
        throw new Problem(413, `The field ${entrance.largeField} is too long: see errors.`, { errors: faults });
      if ('faults' in url || 'faults' in body || faults.length > 0) throw badRequest(faults);
      const posted = entrance.read(url.params, body.value, { at: new Date(nowMs).toISOString(), identity, newId });
      const judgment = judge(posted.event, nowMs);
      if ('fault' in judgment) throw badRequest([{ in: 'body', name: 'body', detail: judgment.fault }]);
      return { posted, bodyHash: hash('sha256', JSON.stringify(body.value), 'base64url') };
    };

    const accept = async (
      to: EventLog,
      posted: Posted,
      eventId: string,
      request: FastifyRequest,
      identity: RequestIdentity,
      nowMs: number,
    ) => {
      const snapshot = snapshots.require();
      snapshot.pin();
      let admitted: Admitted;
      try {
        const { idempotencyKey } = identity;
        admitted = await entrance.admit({ snapshot, log: to, receipts, posted, eventId, idempotencyKey, nowMs, waited: request.waited });
      } finally {
        snapshot.release();
      }
      if ('earlier' in admitted) {
        metrics.onEvent(posted.event.type, 'repeated');
        return admitted.earlier;
      }
      try {
        return await append(to, posted, eventId, request);
      } catch (error) {
        await admitted.takeBack();
        throw error;
      }
    };

    /** The request's parameters, with a title's own id in the place of TMDB's: what is appended, and the ids of it, name titles by their own. */
    const ownParams = async (request: FastifyRequest): Promise<Record<string, unknown>> => {
      const params = request.params as Record<string, unknown>; // as: an object by Fastify's router
      const { id } = params;
      if (typeof id !== 'string' || !isTmdbId(id)) return params;
      const snapshot = snapshots.require();
      snapshot.pin();
      try {
        return { ...params, id: (await titleKeyOf(snapshot.views, id)) ?? id };
      } finally {
        snapshot.release();
      }
    };

    const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const { caller } = request;
      if (log === undefined || caller === undefined) throw readOnly(); // refused before, where there is a log
      const nowMs = now();
      const key = request.headers['idempotency-key'];
      const identity: RequestIdentity = { callerId: caller.id, idempotencyKey: key === undefined ? undefined : String(key) };
      const { posted, receipt, isRepeated } = await writes.run(async () => {
        const wanted = read(request, await ownParams(request), identity, nowMs);
        const eventId = eventIdOf(identity, wanted.posted.path, newId);
        const accepting = () => accept(log, wanted.posted, eventId, request, identity, nowMs);
        return { posted: wanted.posted, ...(await receipts.once(eventId, wanted.bodyHash, accepting, request.waited)) };
      });
      if (isRepeated) metrics.onEvent(posted.event.type, 'repeated');
      return answer(reply, receipt, preferredWaitS(request.headers.prefer));
    };

    app.route({
      method: 'POST',
      url: entrance.url,
      schema: describeEntrance(entrance),
      handler,
      ...(entrance.bodyLimitBytes === undefined ? {} : { bodyLimit: entrance.bodyLimitBytes }),
      ...(log === undefined ? { onRequest: (_request, _reply, done) => done(readOnly()) } : { config: { needs: 'writer' } }),
    });
  };
};
