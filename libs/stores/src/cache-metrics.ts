/** What is measured of a cache on a server. Labels are names that this program gives, so their number is bounded. */
import type { CallOutcome, RedisObserver } from '@rushes/adapters/redis-link';
import { Counter, Gauge, Histogram, type Registry } from '@rushes/runtime';

/** Around what a call in one network takes, up to where it is given up. */
const BUCKETS_S = [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.02, 0.05];

/** Registers the metrics. @param isUsable whether the server is used at the moment. */
export const createCacheMetrics = (registry: Registry, isUsable: () => boolean): Pick<RedisObserver, 'onCall' | 'onRead'> => {
  const registers = [registry];
  const calls = new Counter({
    name: 'rushes_redis_calls_total',
    help: 'Calls of Redis by what they were for and what came of them; those that were left out, since it is away or slow, are skipped.',
    labelNames: ['call', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'rushes_redis_call_duration_seconds',
    help: 'Time until Redis answered.',
    labelNames: ['call'],
    buckets: BUCKETS_S,
    registers,
  });
  const reads = new Counter({
    name: 'rushes_cache_reads_total',
    help: 'Values looked for in a cache that is shared, by where they were: in memory, in Redis, or none.',
    labelNames: ['cache', 'from'],
    registers,
  });
  registry.registerMetric(
    new Gauge({
      name: 'rushes_redis_usable',
      help: 'Whether Redis is used at the moment: 1, or 0 while it is away, slow or refuses what it is asked.',
      // Of the processes of a service the one that does without it.
      aggregator: 'min',
      registers: [],
      collect() {
        this.set(isUsable() ? 1 : 0);
      },
    }),
  );
  return {
    onCall: (call: string, outcome: CallOutcome, seconds: number) => {
      calls.inc({ call, outcome });
      if (outcome === 'answered') durations.observe({ call }, seconds);
    },
    onRead: (cache, from) => reads.inc({ cache, from }),
  };
};
