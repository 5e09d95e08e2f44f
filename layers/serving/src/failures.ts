/** The one place where failures become responses. Invariant: every error is problem+json, is not cached, and tells no internals. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

import { ArtefactDamagedError, StoreBusyError } from '@rushes/ports';
import { TransientError, type Logger } from '@rushes/runtime';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { Problem, PROBLEM_TYPE, problemText, unavailable } from './problem.ts';

const RETRY_AFTER_S = 5;
/** A batch run is needed. */
const DAMAGED_RETRY_AFTER_S = 60;

const isFastifyError = (error: unknown): error is FastifyError => error instanceof Error && 'code' in error && 'statusCode' in error;

/** What the client is told. */
const problemOf = (error: unknown): Problem => {
  if (error instanceof Problem) return error;
  if (error instanceof StoreBusyError) return unavailable('A store is busy: another process has it locked.', RETRY_AFTER_S);
  if (error instanceof ArtefactDamagedError)
    return unavailable('What is published cannot be read at the moment: it is being built anew.', DAMAGED_RETRY_AFTER_S);
  if (error instanceof TransientError) return unavailable('A store is not reachable at the moment.', RETRY_AFTER_S);
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
    .headers({ ...problem.headers, 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store' })
    .send(problemText(problem, request.id));

const RAW_STATUS: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** Answers what is not even a request: no route, no hooks, no request id. */
export const answerRawError = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = RAW_STATUS[error.code ?? ''] ?? 400;
  const body = JSON.stringify({
    type: 'about:blank',
    title: STATUS_CODES[status],
    status,
    detail: 'This is no HTTP request that can be answered.',
  });
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n`;
  socket.end(head + body);
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
