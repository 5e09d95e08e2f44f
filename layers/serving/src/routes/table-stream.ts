/**
 * A whole list on its way to a client, as it is read. Invariants: all of it comes from one snapshot, which is held until the last row is read or nobody wants
 * more; nothing is read before the client has taken what was; an answer that cannot be ended as it should is cut off, so that nobody takes it for the whole.
 */
import { pipeline, Readable } from 'node:stream';

import type { Logger, Registry } from '@rushes/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Gate } from '../admission/gate.ts';
import type { Column, TableRow } from '../formats/column.ts';
import { encodeTable } from '../formats/encode-table.ts';
import type { TableFormat } from '../formats/formats.ts';
import type { WriterOptions } from '../formats/table-writer.ts';
import { encoder, type StreamEncoding } from '../http/content-encoding.ts';
import { withDeadline } from '../http/deadline.ts';
import { cutOff, isClientGone, SlowClientError, watched } from '../http/slow-client.ts';
import { createStreamMetrics, type StreamMetrics } from '../monitoring/stream-metrics.ts';
import type { ServingOptions } from '../options.ts';

/** How streams are bounded and watched. */
export interface StreamWatch extends StreamMetrics {
  readonly limits: ServingOptions['streams'];
  /** It ended in the middle for a reason of ours. */
  readonly onFailure: (error: unknown, request: FastifyRequest) => void;
}

/** What all streams of a service have in common. */
export const watchStreams = (
  limits: ServingOptions['streams'],
  { logger, metrics }: { readonly logger: Logger; readonly metrics: Registry },
): StreamWatch => ({
  limits,
  onFailure: (err, { id: requestId, url }) => logger.error({ err, requestId, url }, 'a whole list was cut off in the middle'),
  ...createStreamMetrics(metrics),
});

export interface StreamContext extends StreamWatch {
  readonly gate: Gate;
  /** How long a client waits for the first page. */
  readonly deadlineMs: number;
  readonly tooLate: () => Error;
}

export interface TableStream {
  readonly format: TableFormat;
  readonly columns: readonly Column[];
  readonly writing: WriterOptions;
  readonly encoding: StreamEncoding | undefined;
  readonly pages: () => AsyncGenerator<readonly TableRow[]>;
  /** Called once the first page is there: what comes after it is sent whatever happens. */
  readonly head: () => void;
}

/** All pages, of which the first has been read. */
const following = async function* <T>(first: IteratorResult<T, unknown>, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    if (first.done === true) return;
    yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
};

/** Resolves when it has ended, however it did. */
const sendStream = (
  { limits, onBegin, onEnd, onFailure }: StreamContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { format, columns, writing, encoding, head }: TableStream,
  pages: AsyncIterable<readonly TableRow[]>,
): Promise<void> => {
  let rows = 0;
  let isWhole = false;
  /** Who is gone wants no more pages, also where a batch needs several. */
  const wanted = async function* (): AsyncGenerator<readonly TableRow[]> {
    for await (const page of pages) {
      if (stream.destroyed) return;
      yield page;
    }
  };
  const bytes = encodeTable(format, columns, wanted(), { ...writing, onRows: (count) => (rows += count) });
  const tooSlow = (): void => void stream.destroy(new SlowClientError('the client does not take what is sent to it'));
  const untilEnd = async function* (): AsyncGenerator<Uint8Array> {
    yield* watched(bytes, limits.stallMs, tooSlow);
    isWhole = !stream.destroyed;
  };
  const stream = Readable.from(untilEnd(), { objectMode: false });
  const overtime = setTimeout(tooSlow, limits.maxMs);
  const ended = Promise.withResolvers<void>();
  let failure: unknown;
  stream.once('error', (error: NodeJS.ErrnoException) => {
    if (isClientGone(error)) return;
    failure = error;
    cutOff(request);
  });
  stream.once('close', () => {
    clearTimeout(overtime);
    const isSlow = failure instanceof SlowClientError;
    onEnd(format.name, failure === undefined ? (isWhole ? 'whole' : 'left') : isSlow ? 'slow' : 'failed', rows);
    if (failure !== undefined && !isSlow) onFailure(failure, request);
    ended.resolve();
  });
  request.takesClientsTime = true;
  onBegin();
  head();
  if (encoding === undefined) reply.send(stream);
  else reply.send(pipeline(stream, encoder(encoding), () => undefined));
  return ended.promise;
};

/**
 * Sends the list once it is its turn, and its first page is there. What goes wrong until then is thrown, and answered as everywhere.
 * @param hold the snapshot, pinned; `release` gives it up.
 */
export const sendTable = async (
  context: StreamContext,
  request: FastifyRequest,
  reply: FastifyReply,
  table: TableStream,
  release: () => void,
): Promise<FastifyReply> => {
  const begun = Promise.withResolvers<void>();
  const work = async (): Promise<void> => {
    const reading = table.pages();
    try {
      const first = await withDeadline(reading.next(), context.deadlineMs, context.tooLate);
      if (request.raw.destroyed && !request.raw.complete) throw new Error('the client is gone');
      const sent = sendStream(context, request, reply, table, following(first, reading));
      begun.resolve();
      await sent;
    } catch (error) {
      // The client is told at once; a page that is still being read holds the snapshot.
      begun.reject(error);
    } finally {
      await reading.return(undefined);
    }
  };
  context.gate.run(work).catch(begun.reject).finally(release);
  await begun.promise;
  return reply;
};
