/**
 * Sends requests when they are due, whatever became of those before: `flood.ts ORDER`, the file of a `FloodOrder`. Each connection sends its share at even
 * distances and has one request under way; an answer's time counts from when its request was due, so a server that is late does not hide it.
 */
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Flooded, FloodOrder, Latencies } from './flooded.ts';

const US_PER_MS = 1000;
const TICK_MS = 2;

const order = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as FloodOrder; // as: written by overload.ts

const admitted = createHistogram();
const refused = createHistogram();
const statuses: Record<string, number> = {};
let isCounting = false;
let failed = 0;
/** Requests that were due while their connection still waited for an answer. */
let late = 0;

const note = (status: number, dueAt: number): void => {
  if (!isCounting) return;
  statuses[status] = (statuses[status] ?? 0) + 1;
  (status === 503 ? refused : admitted).record(Math.max(1, Math.round((performance.now() - dueAt) * US_PER_MS)));
};

const agent = new Agent({ keepAlive: true, maxSockets: order.connections });
const { hostname, port } = new URL(order.url);
let underWay = 0;
let at = 0;

const send = (dueAt: number): void => {
  underWay += 1;
  const path = order.paths[at++ % order.paths.length];
  const request = get({ agent, hostname, port, path }, (response) => {
    response.resume().once('end', () => {
      underWay -= 1;
      note(response.statusCode ?? 0, dueAt);
    });
  });
  request.once('error', () => {
    underWay -= 1;
    if (isCounting) failed += 1;
  });
};

const startedAt = performance.now();
let sent = 0;
const timer = setInterval(() => {
  const due = ((performance.now() - startedAt) / 1000) * order.perSecond;
  for (; sent < due; sent += 1) {
    const dueAt = startedAt + (sent / order.perSecond) * 1000;
    // A client with a bounded number of connections does not send what it has no connection for.
    if (underWay < order.connections) send(dueAt);
    else if (isCounting) late += 1;
  }
}, TICK_MS);

await sleep(order.warmUpS * 1000);
isCounting = true;
const countedFrom = performance.now();
await sleep(order.seconds * 1000);
isCounting = false;
const seconds = (performance.now() - countedFrom) / 1000;
clearInterval(timer);
agent.destroy();

const latencies = (histogram: RecordableHistogram): Latencies => ({
  count: histogram.count,
  p50Ms: histogram.percentile(50) / US_PER_MS,
  p99Ms: histogram.percentile(99) / US_PER_MS,
  maxMs: histogram.max / US_PER_MS,
});
const flooded: Flooded = { seconds, statuses, failed, unsent: late, admitted: latencies(admitted), refused: latencies(refused) };
console.log(JSON.stringify(flooded));
process.exit(0); // requests under way are nobody's any more
