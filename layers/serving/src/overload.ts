/** Refusing requests before the process drowns. Probes are always answered: an overloaded process is alive. */
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';

import { sendProblem } from './failures.ts';
import type { ServingOptions } from './options.ts';
import { unavailable } from './problem.ts';
import { trafficOf } from './traffic.ts';

export const shedLoad = (app: FastifyInstance, limits: ServingOptions['overload'], onShed: () => void): void => {
  const { maxEventLoopDelayMs, maxHeapBytes, maxRssBytes, sampleIntervalMs, retryAfterS } = limits;
  app.register(underPressure, {
    maxEventLoopDelay: maxEventLoopDelayMs,
    maxHeapUsedBytes: maxHeapBytes,
    maxRssBytes,
    sampleInterval: sampleIntervalMs,
    pressureHandler: (request, reply, type) => {
      if (trafficOf(request.routeOptions.url) === 'probe') return;
      onShed();
      sendProblem(unavailable(`Too much load (${type}): try again in ${retryAfterS} s.`, retryAfterS), request, reply);
    },
  });
};
