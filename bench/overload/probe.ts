/** Asks `/health/live` again and again, as a supervisor does: `probe.ts URL SECONDS`. Prints how long the answers took. */
import { Agent, get } from 'node:http';
import { createHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Latencies } from './flooded.ts';

const US_PER_MS = 1000;
const PAUSE_MS = 20;

const [url = '', seconds = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const ask = (): Promise<number> =>
  new Promise((resolve, reject) => {
    get(`${url}/health/live`, { agent }, (response) => response.resume().once('end', () => resolve(response.statusCode ?? 0))).once(
      'error',
      reject,
    );
  });

const times = createHistogram();
const endsAt = performance.now() + Number(seconds) * 1000;
while (performance.now() < endsAt) {
  const askedAt = performance.now();
  const status = await ask();
  if (status !== 200) throw new Error(`/health/live was answered ${status}`);
  times.record(Math.max(1, Math.round((performance.now() - askedAt) * US_PER_MS)));
  await sleep(PAUSE_MS);
}
agent.destroy();
const latencies: Latencies = {
  count: times.count,
  p50Ms: times.percentile(50) / US_PER_MS,
  p99Ms: times.percentile(99) / US_PER_MS,
  maxMs: times.max / US_PER_MS,
};
console.log(JSON.stringify(latencies));
