/** Fastify as this service uses it: what it bounds, what it leaves to hooks, and how it answers what never becomes a request. */
import type { IncomingMessage } from 'node:http';

import { type Logger, timeoutOptions } from '@rushes/runtime';
import { fastify, type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';

import { MAX_WAIT_S } from './prefer-wait.ts';
import { answerRawError, sendProblem } from './failures.ts';
import type { ServingOptions } from '../options.ts';
import { Problem } from './problem.ts';
import { PROTOCOL_OPTIONS } from './protocol.ts';

/** What clients may call their requests; anything else is replaced. */
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** Longest id in a path; longer ones cannot exist. */
const MAX_PARAM_LENGTH = 100;

/** How long nothing may move on a connection whose request is under way: longer than any answer takes that is waited for. */
const longestSilenceMs = ({ requestTimeoutMs, handlerTimeoutMs, minPositionWaitMs, eventStreams }: ServingOptions): number =>
  Math.max(requestTimeoutMs, handlerTimeoutMs + minPositionWaitMs + MAX_WAIT_S * 1000, eventStreams.heartbeatMs) + 10_000;

/** @param newRequestId makes an id for a request that brings none. */
export const createInstance = (options: ServingOptions, logger: Logger, newRequestId: () => string): FastifyInstance => {
  const fastifyLogger: FastifyBaseLogger = logger;
  return fastify({
    loggerInstance: fastifyLogger,
    // A logger for each request costs more than a cached answer; what is logged names its request.
    childLoggerFactory: (parent) => parent,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (request: IncomingMessage) => {
      const asked = request.headers['x-request-id'];
      return typeof asked === 'string' && REQUEST_ID.test(asked) ? asked : newRequestId();
    },
    trustProxy: options.trustProxy.length === 0 ? false : [...options.trustProxy],
    bodyLimit: options.bodyLimitBytes,
    http: { ...timeoutOptions(options), ...PROTOCOL_OPTIONS },
    requestTimeout: options.requestTimeoutMs,
    connectionTimeout: longestSilenceMs(options),
    keepAliveTimeout: options.keepAliveTimeoutMs,
    forceCloseConnections: 'idle',
    // Being ready takes as long as reading what events changed; Fastify would give up after 10 s.
    pluginTimeout: 0,
    // Requests that arrive on an open connection while closing are answered, with `Connection: close`.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH, ignoreTrailingSlash: true },
    frameworkErrors: (error, request, reply) =>
      void sendProblem(new Problem(error.statusCode ?? 400, 'The address cannot be read.'), request, reply),
    clientErrorHandler: (error, socket) => answerRawError(error, socket),
  });
};
