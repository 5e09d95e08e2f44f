/**
 * The one place where failures become responses. Invariants: every error is problem+json, is not cached, and tells no internals; what a store cannot do is
 * 503 with `Retry-After`, on every route, so that 500 means an error of this program.
 */
import { randomUUID } from 'node:crypto';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

import { ArtefactDamagedError, StoreFault, StoreUnavailable } from '@rushes/ports';
import type { Logger } from '@rushes/runtime';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { Problem, PROBLEM_TYPE, problemText, unavailable } from './problem.ts';

const RETRY_AFTER_S = 5;
/** A batch run is needed, or somebody who mends the store. */
const MENDED_RETRY_AFTER_S = 60;

const isFastifyError = (error: unknown): error is FastifyError => error instanceof Error && 'code' in error && 'statusCode' in error;

/** What the client is told. */
const problemOf = (error: unknown): Problem => {
  if (error instanceof Problem) return error;
  if (error instanceof StoreUnavailable) return unavailable('A store that this needs is not available at the moment.', RETRY_AFTER_S);
  if (error instanceof ArtefactDamagedError)
    return unavailable('What is published cannot be read at the moment: it is being built anew.', MENDED_RETRY_AFTER_S);
  if (error instanceof StoreFault)
    return unavailable('A store that this needs is out of order, until somebody mends it.', MENDED_RETRY_AFTER_S);
  if (isFastifyError(error)) {
    const status = error.statusCode ?? 500;
    if (status >= 400 && status < 500) return new Problem(status, error.message);
  }
  return new Problem(500, 'Something went wrong on our side. The log has details under the request id.');
};

export const sendProblem = (problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  reply
    .removeHeader('etag')
    .removeHeader('content-encoding')
    .code(problem.status)
    .headers({ ...problem.headers, 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store', 'x-request-id': request.id })
    .send(problemText(problem, request.id));

const RAW_STATUS: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

const RAW_DETAIL: Readonly<Record<number, string>> = {
  408: 'The request did not come whole in time.',
  431: "The request's head is too large.",
};

const UNESCAPED = 'The address has characters that must be escaped: all beyond ASCII as %XX, in UTF-8 (curl: --get --data-urlencode).';

/** Whether bytes of an answer are on their way: another one in the middle of it would be read as a part of it. */
const isAnswering = (socket: Duplex): boolean => {
  const { _httpMessage: message } = socket as Duplex & { readonly _httpMessage?: ServerResponse | null }; // as: Node's own field, which its documentation of `clientError` names
  return message?.headersSent === true;
};

/** Answers where there is no reply to answer with, and ends the connection: what else comes on it is not read. */
export const answerRaw = (problem: Problem, socket: Duplex): void => {
  if (!socket.writable || isAnswering(socket)) return void socket.destroy();
  const id = randomUUID();
  const body = problemText(problem, id);
  const headers = {
    ...problem.headers,
    'content-type': PROBLEM_TYPE,
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    'x-request-id': id,
    connection: 'close',
    date: new Date().toUTCString(),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines.join('')}\r\n${body}`, () => socket.destroy());
};

/** Answers what is not even a request: no route, no hooks. */
export const answerRawError = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (error.code === 'ECONNRESET') return void socket.destroy();
  const status = RAW_STATUS[error.code ?? ''] ?? 400;
  const detail = error.code === 'HPE_INVALID_URL' ? UNESCAPED : RAW_DETAIL[status];
  answerRaw(new Problem(status, detail ?? 'This is no HTTP request that can be answered.'), socket);
};

export const handleFailures = (app: FastifyInstance, logger: Logger): void => {
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.status >= 500 && !(error instanceof Problem)) {
      logger.error({ err: error, requestId: request.id, method: request.method, url: request.url }, 'request failed');
    }
    return sendProblem(problem, request, reply);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(new Problem(404, `There is no ${request.method} ${request.url.split('?')[0]}: /docs shows what there is.`), request, reply),
  );
};
