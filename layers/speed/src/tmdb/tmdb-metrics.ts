import { Counter, Gauge, type Registry } from '@rushes/runtime';

import type { RequestOutcome } from './http-api.ts';
import type { VisitFate } from './visit-film.ts';

export interface TmdbMetrics {
  request(outcome: RequestOutcome): void;
  film(fate: VisitFate): void;
  appended(done: { readonly events: number; readonly rejected: number }): void;
  /** @param lagMs since changes were last read to their end, or since polling began. */
  standing(isPolling: boolean, requestsLeft: number, lagMs: number): void;
}

const OUTCOMES: readonly RequestOutcome[] = ['found', 'unchanged', 'missing', 'refused', 'limited', 'server', 'broken', 'malformed'];
const FATES: readonly VisitFate[] = ['said', 'unchanged', 'waiting', 'adult', 'conflict', 'missing', 'unfit'];
const MS_PER_S = 1000;

/** What polling TMDB tells of itself. Of several processes the one that polls counts. */
export const createTmdbMetrics = (registry: Registry): TmdbMetrics => {
  const registers = [registry];
  const requests = new Counter({
    name: 'rushes_tmdb_requests_total',
    help: 'Requests to TMDB, attempts counted one by one, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const films = new Counter({
    name: 'rushes_tmdb_films_total',
    help: 'Films of TMDB that were asked for, by what came of it.',
    labelNames: ['fate'],
    registers,
  });
  const events = new Counter({ name: 'rushes_tmdb_events_total', help: 'Events that were appended because of TMDB.', registers });
  const rejected = new Counter({ name: 'rushes_tmdb_rejected_total', help: 'What of TMDB went to the dead letters.', registers });
  const polling = new Gauge({
    name: 'rushes_tmdb_polling',
    help: 'Whether this process polls TMDB: 1 or 0.',
    aggregator: 'max',
    registers,
  });
  const left = new Gauge({
    name: 'rushes_tmdb_requests_left',
    help: 'Requests to TMDB that the day (UTC) has left, in the process that polls.',
    registers,
  });
  const lag = new Gauge({
    name: 'rushes_tmdb_lag_seconds',
    help: "Time since TMDB's changes were last read to their end, in the process that polls.",
    aggregator: 'max',
    registers,
  });
  for (const outcome of OUTCOMES) requests.inc({ outcome }, 0);
  for (const fate of FATES) films.inc({ fate }, 0);
  return {
    request: (outcome) => requests.inc({ outcome }),
    film: (fate) => films.inc({ fate }),
    appended(done) {
      events.inc(done.events);
      rejected.inc(done.rejected);
    },
    standing(isPolling, requestsLeft, lagMs) {
      polling.set(isPolling ? 1 : 0);
      left.set(isPolling ? requestsLeft : 0);
      lag.set(isPolling ? lagMs / MS_PER_S : 0);
    },
  };
};
