/**
 * Refuses requests whose work has no room, before anything else is done for them: a refusal costs what is left for others. Probes and documentation are
 * always answered.
 */
import type { FastifyInstance } from 'fastify';

import { sendProblem } from '../http/failures.ts';
import type { Problem } from '../http/problem.ts';
import { trafficOf } from '../http/traffic.ts';
import { type Admission, tooBusy, type WorkKind } from './admission.ts';
import type { KeptUrls } from './kept-urls.ts';

export interface EarlyRefusal {
  readonly admission: Admission;
  readonly kept: KeptUrls;
  readonly retryAfterS: number;
  readonly onRefused: (kind: WorkKind) => void;
}

export const refuseEarly = (app: FastifyInstance, { admission, kept, retryAfterS, onRefused }: EarlyRefusal): void => {
  // Made once: an error that is made records where, which is a part of what a refusal costs.
  const busy: Readonly<Record<WorkKind, Problem>> = {
    answers: tooBusy('answers', retryAfterS),
    totals: tooBusy('totals', retryAfterS),
    streams: tooBusy('streams', retryAfterS),
    writes: tooBusy('writes', retryAfterS),
  };
  app.addHook('onRequest', (request, reply, done) => {
    const kind: WorkKind = request.method === 'POST' ? 'writes' : 'answers';
    if (!admission[kind].isFull() || trafficOf(request.routeOptions.url) !== 'data' || kept.has(request.url)) return done();
    onRefused(kind);
    sendProblem(busy[kind], request, reply);
  });
};
