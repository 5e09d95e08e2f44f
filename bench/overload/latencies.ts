/** Times of requests in a histogram, to the microsecond. */
import { createHistogram } from 'node:perf_hooks';

import type { Latencies } from './measured.ts';

const US_PER_MS = 1000;

export interface Times {
  record(ms: number): void;
  result(): Latencies;
}

export const createTimes = (): Times => {
  const histogram = createHistogram();
  return {
    record: (ms) => histogram.record(Math.max(1, Math.round(ms * US_PER_MS))),
    result: () =>
      histogram.count === 0
        ? { count: 0, p50Ms: 0, p99Ms: 0, maxMs: 0 }
        : {
            count: histogram.count,
            p50Ms: histogram.percentile(50) / US_PER_MS,
            p99Ms: histogram.percentile(99) / US_PER_MS,
            maxMs: histogram.max / US_PER_MS,
          },
  };
};
