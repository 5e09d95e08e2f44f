/** Refusing requests before the process drowns. Probes are always answered: an overloaded process is alive. */
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';

import { sendProblem } from './failures.ts';
import type { ServingOptions } from './options.ts';
import { unavailable } from './problem.ts';
import { trafficOf } from './traffic.ts';

const MIB = 1024 * 1024;

export const shedLoad = (app: FastifyInstance, limits: ServingOptions['overload'], onShed: () => void): void => {
  const { maxEventLoopDelayMs, maxHeapMb, maxRssMb, sampleIntervalMs, retryAfterS } = limits;
  app.register(underPressure, {
    maxEventLoopDelay: maxEventLoopDelayMs,
    maxHeapUsedBytes: maxHeapMb * MIB,
    maxRssBytes: maxRssMb * MIB,
    sampleInterval: sampleIntervalMs,
    pressureHandler: (request, reply, type) => {
      if (trafficOf(request.routeOptions.url) === 'probe') return;
      onShed();
      sendProblem(unavailable(`Too much load (${type}): try again in ${retryAfterS} s.`, retryAfterS), request, reply);
    },
  });
};
