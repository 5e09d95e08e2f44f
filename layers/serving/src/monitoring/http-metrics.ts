/** What is measured of the HTTP service. Labels are route patterns and status classes, never addresses or ids: their number is bounded. */
import { Counter, Gauge, Histogram, type Registry } from '@rushes/runtime';

import type { CurrentSnapshot } from '../merge/current-snapshot.ts';
import type { Snapshot } from '../merge/snapshot.ts';

export interface HttpMetrics {
  /** @param route the route's pattern; `undefined` for none. */
  readonly observe: (route: string | undefined, status: number, seconds: number) => void;
  readonly onCache: (hit: boolean) => void;
  /** An answer from the current version goes out. */
  readonly onAnswer: (projected: Snapshot['projected']) => void;
  readonly onRateLimited: () => void;
  readonly onShed: () => void;
  /** Looking for a publication failed. */
  readonly onPublicationTrouble: () => void;
  /** Events are shown from now on that were appended then, in milliseconds since 1970. */
  readonly onArrivals: (appendedAtMs: readonly number[]) => void;
}

/** From well below a cached answer to the request timeout. */
const BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Around a second, which is the objective, and up to what an outage takes. */
const VISIBLE_BUCKETS_S = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600];

/**
 * Registers the metrics.
 * @param now milliseconds since 1970.
 */
export const createHttpMetrics = (registry: Registry, snapshots: CurrentSnapshot, now: () => number): HttpMetrics => {
  const registers = [registry];
  const durations = new Histogram({
    name: 'rushes_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer; its count is the number of requests.',
    labelNames: ['route', 'status'],
    buckets: BUCKETS_S,
    registers,
  });
  const cache = new Counter({
    name: 'rushes_response_cache_total',
    help: 'Answers looked up among those kept ready.',
    labelNames: ['result'],
    registers,
  });
  const answers = new Counter({
    name: 'rushes_answers_total',
    help: 'Answers from the current version, 304 included, by their completeness but for what is lost for good.',
    labelNames: ['completeness'],
    registers,
  });
  const answered = { complete: answers.labels('complete'), stale: answers.labels('stale'), gap: answers.labels('gap') };
  // An alarm sees the first answer that has a gap only if there was a 0 before.
  for (const counter of Object.values(answered)) counter.inc(0);
  const limited = new Counter({ name: 'rushes_http_rate_limited_total', help: 'Requests refused by the rate limit.', registers });
  const shed = new Counter({ name: 'rushes_http_shed_total', help: 'Requests refused because of overload.', registers });
  const trouble = new Counter({
    name: 'rushes_publication_poll_failures_total',
    help: 'Looks for a new publication that failed.',
    registers,
  });
  const visible = new Histogram({
    name: 'rushes_event_visible_seconds',
    help: 'From the append of an event to the first answer that may show it; of events of one movie that show at once, the last counts.',
    buckets: VISIBLE_BUCKETS_S,
    registers,
  });
  const publication = ():
    | { readonly number: number; readonly version: number; readonly cutAt: string; readonly publishedAt: string }
    | undefined => snapshots.peek()?.publication;
  registry.registerMetric(
    new Gauge({
      name: 'rushes_publication_number',
      aggregator: 'min',
      help: 'Number of the publication that is served, 0 for none.',
      registers: [],
      collect() {
        this.set(publication()?.number ?? 0);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'rushes_batch_version',
      aggregator: 'min',
      help: 'Version of the batch views that is served, 0 for none.',
      registers: [],
      collect() {
        this.set(publication()?.version ?? 0);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'rushes_served_cut_timestamp_seconds',
      aggregator: 'min',
      help: 'When the run began that the served version is of, in seconds since 1970: its data are that old. 0 while there is none.',
      registers: [],
      collect() {
        const current = publication();
        this.set(current === undefined ? 0 : Date.parse(current.cutAt) / 1000);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'rushes_snapshot_age_seconds',
      aggregator: 'max',
      help: 'Seconds since the served version was published; 0 while there is none.',
      registers: [],
      collect() {
        const current = publication();
        this.set(current === undefined ? 0 : Math.max(0, (now() - Date.parse(current.publishedAt)) / 1000));
      },
    }),
  );

  registry.registerMetric(
    new Gauge({
      name: 'rushes_overlay_titles',
      aggregator: 'max',
      help: 'Titles that events changed since the cut of the served version.',
      registers: [],
      collect() {
        this.set(snapshots.peek()?.overlay?.titles.size ?? 0);
      },
    }),
  );

  const hits = cache.labels('hit');
  const misses = cache.labels('miss');
  // Label sets are looked up once, not once a request.
  const observers = new Map<string, Map<number, { observe(value: number): void }>>();
  const observerOf = (route: string, statusClass: number): { observe(value: number): void } => {
    const byClass = observers.get(route) ?? new Map<number, { observe(value: number): void }>();
    if (byClass.size === 0) observers.set(route, byClass);
    const observer = byClass.get(statusClass) ?? durations.labels(route, `${statusClass}xx`);
    byClass.set(statusClass, observer);
    return observer;
  };

  return {
    observe: (route, status, seconds) => observerOf(route ?? 'unmatched', Math.floor(status / 100)).observe(seconds),
    onCache: (hit) => (hit ? hits : misses).inc(),
    onAnswer: (projected) => answered[projected].inc(),
    onRateLimited: () => limited.inc(),
    onShed: () => shed.inc(),
    onPublicationTrouble: () => trouble.inc(),
    onArrivals: (appendedAtMs) => {
      const nowMs = now();
      for (const atMs of appendedAtMs) visible.observe(Math.max(0, nowMs - atMs) / 1000);
    },
  };
};
