/**
 * A stream of events on its way to a client. Invariants: nothing is read for a client before it has taken what was, so what waits for one is bounded, however slow it is;
 * a stream that is ended by us ends between two messages; whoever does not take what is ready is cut off, and goes on elsewhere from the last id that it saw.
 */
import { Readable } from 'node:stream';

import type { FastifyReply, FastifyRequest } from 'fastify';

import { Problem } from '../http/problem.ts';
import { cutOff, isClientGone, SlowClientError, watched } from '../http/slow-client.ts';
import type { EventStreamMetrics, EventStreamOutcome, FollowedView } from '../monitoring/event-stream-metrics.ts';

export interface SendContext extends EventStreamMetrics {
  /** How long a client may take none of what is ready. */
  readonly stallMs: number;
  /** How long a stream lasts at most. */
  readonly maxMs: number;
  /** Aborts when all streams are to end. */
  readonly ending: AbortSignal;
  /** It ended for a reason of ours. */
  readonly onFailure: (error: unknown, request: FastifyRequest) => void;
}

export interface EventStream {
  readonly view: FollowedView;
  /** Pieces of whole messages, until the signal aborts. */
  readonly pieces: (signal: AbortSignal) => AsyncIterable<string>;
  /** Called once, when it has ended. */
  readonly onEnd: () => void;
}

/** What may wait for a client in this process, in bytes, beside one piece and what the socket holds. */
const BUFFER_BYTES = 16 * 1024;

/** How a stream ended that did not end by itself. Whoever connects again is told what is wrong. */
const outcomeOf = (error: unknown): EventStreamOutcome => {
  if (error instanceof SlowClientError) return 'slow';
  return error instanceof Problem && error.status === 410 ? 'gone' : 'failed';
};

/** Sends the stream; its headers have been set. */
export const sendEvents = (
  context: SendContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { view, pieces, onEnd }: EventStream,
): FastifyReply => {
  const over = new AbortController();
  const end = (): void => over.abort();
  let outcome: EventStreamOutcome = 'left';
  const fail = (error: unknown): void => {
    if (error instanceof Error && isClientGone(error)) return;
    outcome = outcomeOf(error);
    if (outcome === 'failed') context.onFailure(error, request);
  };
  const untilEnd = async function* (): AsyncGenerator<string> {
    try {
      for await (const piece of watched(pieces(over.signal), context.stallMs, tooSlow)) {
        context.onPiece(view, Buffer.byteLength(piece));
        yield piece;
      }
      if (!stream.destroyed) outcome = 'ended';
    } catch (error) {
      fail(error);
    }
  };
  const stream = Readable.from(untilEnd(), { objectMode: false, highWaterMark: BUFFER_BYTES });
  const tooSlow = (): void => {
    stream.destroy(new SlowClientError('the client does not take what is sent to it'));
    cutOff(request);
  };
  const overtime = setTimeout(end, context.maxMs);
  context.ending.addEventListener('abort', end);
  // The stream itself is not closed before what reads for it has come to an end.
  reply.raw.once('close', end);
  stream.once('error', () => undefined); // told of where it was thrown
  stream.once('close', () => {
    clearTimeout(overtime);
    context.ending.removeEventListener('abort', end);
    end();
    context.onEnd(view, outcome);
    onEnd();
  });
  request.takesClientsTime = true;
  context.onBegin(view);
  if (context.ending.aborted) end();
  return reply.send(stream);
};
