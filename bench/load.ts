/**
 * Puts load on one server with autocannon: `load.ts ORDER`, the file of a `LoadOrder`. Each connection asks for its own share of the paths, so that
 * no two of them ask for the same thing at the same time (where there is more than one path).
 */
import { readFileSync } from 'node:fs';
import { createHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import autocannon from 'autocannon';

import type { Loaded, LoadOrder } from './http/loaded.ts';
import { cpuMsOfTrees, usage } from './process/usage.ts';

const US_PER_MS = 1000;

const order = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as LoadOrder; // as: written by put-load.ts

const latencies = createHistogram();
const statuses: Record<string, number> = {};
const refusals: Record<string, string> = {};
let errors = 0;
let requests = 0;
let counting = false;

const answered = (_client: unknown, status: number, _bytes: number, ms: number): void => {
  if (!counting) return;
  requests += 1;
  statuses[status] = (statuses[status] ?? 0) + 1;
  latencies.record(Math.max(1, Math.round(ms * US_PER_MS)));
};
const onResponse = (status: number, body: string): void => {
  if (status !== 200) refusals[status] ??= body;
};

const shareOf = (connection: number): readonly string[] =>
  order.paths.length < order.connections ? order.paths : order.paths.filter((_, at) => at % order.connections === connection);

const guns = Array.from({ length: order.connections }, (_, connection) => {
  const gun = autocannon(
    {
      url: order.url,
      connections: 1,
      pipelining: order.pipelining,
      duration: 3600, // stopped below
      sampleInt: 100,
      requests: shareOf(connection).map((path) => ({ method: 'GET', path, onResponse })),
    },
    () => undefined,
  );
  gun.on('response', answered);
  gun.on('reqError', () => {
    if (counting) errors += 1;
  });
  return gun;
});

await sleep(order.warmUpS * 1000);
const before = { serverMs: cpuMsOfTrees(order.pids), loadMs: usage().cpuMs, at: performance.now() };
counting = true;
await sleep(order.seconds * 1000);
counting = false;
const elapsedMs = performance.now() - before.at;
const serverMs = cpuMsOfTrees(order.pids);
const loadMs = usage().cpuMs;
for (const gun of guns) gun.stop();

const loaded: Loaded = {
  seconds: elapsedMs / 1000,
  requests,
  perSecond: (requests / elapsedMs) * 1000,
  p50Ms: latencies.percentile(50) / US_PER_MS,
  p95Ms: latencies.percentile(95) / US_PER_MS,
  p99Ms: latencies.percentile(99) / US_PER_MS,
  statuses,
  errors,
  refusals,
  serverCores: serverMs === undefined || before.serverMs === undefined ? undefined : (serverMs - before.serverMs) / elapsedMs,
  loadCores: (loadMs - before.loadMs) / elapsedMs,
};
console.log(JSON.stringify(loaded));
