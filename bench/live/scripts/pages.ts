/** Opening the service over changed titles, then lists: `pages.ts DATA CHANGED REQUESTS`. The service keeps no answers. */
import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { createMetrics, silentLogger } from '@rushes/runtime';
import { buildApp } from '@rushes/serving';

import type { Pages, Requests } from '../measured.ts';
import { memoryNow } from '../memory-now.ts';
import { PAGE_PATHS } from '../page-paths.ts';
import { requestsOf, timeRequests } from '../timed-requests.ts';
import { openBenchStores } from '../open-bench-stores.ts';

const [data = '', ...numbers] = process.argv.slice(2);
const [changed = 0, requests = 0] = numbers.map(Number);
const WARM_UP_SHARE = 0.25;

const stores = await openBenchStores(data);
const { objects, views, speed, log } = stores;
const before = memoryNow();
const started = performance.now();
const app = buildApp(
  { objects, views, speed, log, caches: createMemoryCaches(), rateLimiter: undefined },
  { responseCacheBytes: 0 },
  { logger: silentLogger, metrics: createMetrics() },
);
await app.ready();
const readyMs = performance.now() - started;
const readyMb = memoryNow().rssMb - before.rssMb;

const paths: Record<string, Requests> = {};
for (const path of PAGE_PATHS) {
  const again = (count: number): readonly string[] => Array.from({ length: Math.ceil(count) }, () => path);
  await timeRequests(app, again(requests * WARM_UP_SHARE));
  paths[path] = requestsOf(await timeRequests(app, again(requests)));
}
await app.close();
await stores.close();
const measured: Pages = { changed, readyMs, readyMb, paths };
console.log(JSON.stringify(measured));
