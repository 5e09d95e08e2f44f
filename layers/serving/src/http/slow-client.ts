/** Answers that take their client's time: how one that takes too long is noticed, and cut off. */
import { Socket } from 'node:net';

import type { FastifyRequest } from 'fastify';

/** The client took nothing of what was ready, or not fast enough. */
export class SlowClientError extends Error {
  override readonly name = 'SlowClientError';
}

/** The same pieces; `onStall` is called when nobody asks for the next one in time. */
export const watched = async function* <Piece>(pieces: AsyncIterable<Piece>, stallMs: number, onStall: () => void): AsyncGenerator<Piece> {
  for await (const piece of pieces) {
    const timer = setTimeout(onStall, stallMs);
    try {
      yield piece;
    } finally {
      clearTimeout(timer);
    }
  }
};

/** Whether a stream failed only because its client is gone: Fastify, or the compression, gives up when the client does. */
export const isClientGone = ({ name, code }: NodeJS.ErrnoException): boolean =>
  name === 'AbortError' || code === 'ERR_STREAM_PREMATURE_CLOSE';

/** The connection ends in a way that no client takes for the end of an answer, also not one of HTTP/1.0. */
export const cutOff = ({ raw }: FastifyRequest): void => {
  if (raw.socket instanceof Socket) raw.socket.resetAndDestroy();
};
