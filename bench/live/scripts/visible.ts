/**
 * From event to answer in one process, as `rushes up` has it: log, speed layer and the service with its overlay. `visible.ts DATA RATE SECONDS
 * WARM_UP_S MOVIES latency|soak` appends RATE events a second, one a call, when each is due, whatever became of those before.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { offsetAt, type PartitionId } from '@rushes/domain';
import { createMetrics, silentLogger } from '@rushes/runtime';
import { buildApp } from '@rushes/serving';

import { usage } from '../../process/usage.ts';
import { beginSpeed } from '../begun-speed.ts';
import { titleIds } from '../live-folder.ts';
import { makeEvents } from '../made-events.ts';
import type { Memory, Visible } from '../measured.ts';
import { memoryNow } from '../memory-now.ts';
import { percentile } from '../percentile.ts';
import { openBenchStores } from '../open-bench-stores.ts';

const [data = '', ...numbers] = process.argv.slice(2);
const [rate = 0, seconds = 0, warmUpS = 0, movies = 0] = numbers.map(Number);
const isSoak = numbers[4] === 'soak';
const S = 1000;
const LONGEST_WAIT_S = 60;

interface Waiting {
  readonly offset: number;
  readonly dueMs: number;
  readonly acknowledgedMs: number;
}

const stores = await openBenchStores(data);
const { objects, views, speed, log } = stores;
const maker = makeEvents(await titleIds(views, movies), `visible ${rate}`);
const running = beginSpeed(stores);
const app = buildApp(
  { objects, views, speed, log, caches: createMemoryCaches(), rateLimiter: undefined },
  {},
  { logger: silentLogger, metrics: createMetrics() },
);
await app.ready();

const waiting = new Map<PartitionId, Waiting[]>();
const fromAcknowledged: number[] = [];
const fromDue: number[] = [];
let counting = false;
let missing = 0;
app.snapshots.onChange(() => {
  const position = app.snapshots.peek()?.overlay?.position ?? {};
  const now = performance.now();
  for (const [partition, list] of waiting)
    for (let first = list[0]; first !== undefined && first.offset < offsetAt(position, partition); first = list[0]) {
      list.shift();
      missing -= 1;
      if (!counting) continue;
      fromAcknowledged.push(now - first.acknowledgedMs);
      fromDue.push(now - first.dueMs);
    }
});

const appendOne = async (dueMs: number): Promise<void> => {
  missing += 1;
  const record = maker.next(Date.now());
  const [appended] = await log.append([record]);
  if (appended === undefined) throw new Error('an append was acknowledged without an offset');
  const partition = record.partition as PartitionId; // as: events have no other
  const list = waiting.get(partition) ?? [];
  list.push({ offset: appended.offset, dueMs, acknowledgedMs: performance.now() });
  waiting.set(partition, list);
};

const memory: Memory[] = [];
const started = performance.now();
const lookAtMemory = (): void => {
  if (isSoak) memory.push({ atS: (performance.now() - started) / S - warmUpS, ...memoryNow() });
};
const failures: unknown[] = [];
let before = { cpuMs: 0, at: 0 };
const total = Math.round(rate * (warmUpS + seconds));
const firstCounted = Math.round(rate * warmUpS);
/** Memory is looked at when the first event is counted, and after each quarter of the time. */
const quarters = new Set([0, 0.25, 0.5, 0.75].map((share) => Math.round(rate * (warmUpS + seconds * share))));
for (let next = 0; next < total; next++) {
  const dueMs = started + (next / rate) * S;
  const restMs = dueMs - performance.now();
  if (restMs > 0) await sleep(restMs);
  if (quarters.has(next)) lookAtMemory();
  if (next === firstCounted) {
    counting = true;
    before = { cpuMs: usage().cpuMs, at: performance.now() };
  }
  appendOne(dueMs).catch((err: unknown) => failures.push(err));
}
const elapsedMs = performance.now() - before.at;
const cores = (usage().cpuMs - before.cpuMs) / elapsedMs;
const end = performance.now() + LONGEST_WAIT_S * S;
const isMissing = (): boolean => missing > 0;
while (isMissing() && failures.length === 0 && performance.now() < end) await sleep(5);
lookAtMemory();
if (failures.length > 0) throw failures[0];
if (missing > 0) throw new Error(`${missing} events were not visible ${LONGEST_WAIT_S} s after the last one was appended`);
await app.close();
await running.stop();
await stores.close();
const measured: Visible = {
  events: fromAcknowledged.length,
  seconds: elapsedMs / S,
  p50Ms: percentile(fromAcknowledged, 0.5),
  p99Ms: percentile(fromAcknowledged, 0.99),
  maxMs: percentile(fromAcknowledged, 1),
  fromDueP99Ms: percentile(fromDue, 0.99),
  cores,
  memory,
};
console.log(JSON.stringify(measured));
