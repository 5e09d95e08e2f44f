/** Requests one after the other, without a socket. */
import type { buildApp } from '@rushes/serving';

import type { Requests } from './measured.ts';
import { mean, percentile } from './percentile.ts';

type App = ReturnType<typeof buildApp>;

/** Times of one request each, in milliseconds. @throws if an answer is none. */
export const timeRequests = async (app: App, paths: readonly string[]): Promise<readonly number[]> => {
  const times: number[] = [];
  for (const path of paths) {
    const started = performance.now();
    const answer = await app.inject(path);
    times.push(performance.now() - started);
    if (answer.statusCode !== 200) throw new Error(`${path} was answered ${answer.statusCode}: ${answer.body}`);
  }
  return times;
};

export const requestsOf = (times: readonly number[]): Requests => ({
  meanMs: mean(times),
  p50Ms: percentile(times, 0.5),
  p99Ms: percentile(times, 0.99),
});
