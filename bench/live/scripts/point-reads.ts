/**
 * `GET /movies/{id}` of films that have events, and of the same films by the batch layer alone: `point-reads.ts DATA MOVIES REQUESTS`. Two services in
 * one process, neither of which keeps answers, are asked by turns.
 */
import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { createMetrics, silentLogger } from '@rushes/runtime';
import { buildApp } from '@rushes/serving';

import { titleIds } from '../live-folder.ts';
import type { PointReads } from '../measured.ts';
import { requestsOf, timeRequests } from '../timed-requests.ts';
import { openBenchStores } from '../open-bench-stores.ts';

const [data = '', ...numbers] = process.argv.slice(2);
const [movies = 0, requests = 0] = numbers.map(Number);
/** The first of these turns warm up. */
const TURNS = 24;
const WARM_UP_TURNS = 4;

const stores = await openBenchStores(data);
const { objects, views, speed, log } = stores;
const open = async (layers: Partial<Pick<typeof stores, 'speed' | 'log'>>) => {
  const app = buildApp(
    { objects, views, ...layers, caches: createMemoryCaches(), rateLimiter: undefined },
    { responseCacheBytes: 0 },
    { logger: silentLogger, metrics: createMetrics() },
  );
  await app.ready();
  return app;
};
const [batchOnly, merged] = [await open({}), await open({ speed, log })];
const ids = await titleIds(views, movies, 'movie');
const times = { batchOnly: [] as number[], merged: [] as number[] };
const perTurn = Math.ceil(requests / (TURNS - WARM_UP_TURNS));
for (let turn = 0; turn < TURNS; turn++) {
  const paths = Array.from({ length: perTurn }, (_, at) => `/movies/${ids[(turn * perTurn + at) % ids.length]}`);
  // Whoever comes second finds pages in SQLite's and the system's memory: they take turns at that too.
  const sides = [
    ['batchOnly', batchOnly],
    ['merged', merged],
  ] as const;
  for (const [side, app] of turn % 2 === 0 ? sides : sides.toReversed()) {
    const found = await timeRequests(app, paths);
    if (turn >= WARM_UP_TURNS) times[side].push(...found);
  }
}
await merged.close();
await batchOnly.close();
await stores.close();
const measured: PointReads = { batchOnly: requestsOf(times.batchOnly), merged: requestsOf(times.merged) };
console.log(JSON.stringify(measured));
