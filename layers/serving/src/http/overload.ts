/** Refusing requests before the process drowns. Probes are always answered: an overloaded process is alive. */
import type { FastifyInstance } from 'fastify';

import { type Load, sampleLoad } from './load.ts';
import type { ServingOptions } from '../options.ts';
import { unavailable } from './problem.ts';
import { trafficOf } from './traffic.ts';

export const shedLoad = (app: FastifyInstance, limits: ServingOptions['overload'], onShed: () => void): void => {
  const { maxEventLoopDelayMs, maxHeapBytes, maxRssBytes, sampleIntervalMs, retryAfterS } = limits;
  const bounds: readonly (readonly [keyof Load, number])[] = [
    ['eventLoopDelay', maxEventLoopDelayMs],
    ['heapUsedBytes', maxHeapBytes],
    ['rssBytes', maxRssBytes],
  ];
  const set = bounds.filter(([, bound]) => bound > 0);
  if (set.length === 0) return;
  const load = sampleLoad(sampleIntervalMs);
  app.addHook('onClose', () => load.stop());
  app.addHook('onRequest', (request, _reply, done) => {
    const current = load.current();
    const exceeded = set.find(([name, bound]) => current[name] > bound);
    if (exceeded === undefined || trafficOf(request.routeOptions.url) === 'probe') return done();
    onShed();
    done(unavailable(`Too much load (${exceeded[0]}): try again in ${retryAfterS} s.`, retryAfterS));
  });
};
