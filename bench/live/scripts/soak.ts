/**
 * Memory of everything in one process, as `rushes up` has it, over minutes: events arrive, are projected and shown, readers ask, and batch runs cover the
 * epochs, in between or never. `soak.ts DATA IMDB RATE SECONDS MOVIES SAMPLE_S RUN_EVERY_S READS_PER_S CACHE_MB` prints a line of JSON for each look at memory.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { runBatch } from '@rushes/batch';
import { createMetrics, silentLogger, silentProgress } from '@rushes/runtime';
import { buildApp } from '@rushes/serving';

import { beginSpeed } from '../begun-speed.ts';
import { titleIds } from '../live-folder.ts';
import { makeEvents } from '../made-events.ts';
import { mappedMemory } from '../mapped-memory.ts';
import type { SoakSample } from '../measured.ts';
import { openBenchStores } from '../open-bench-stores.ts';

const [data = '', imdb = '', ...numbers] = process.argv.slice(2);
const [rate = 0, seconds = 0, movies = 0, sampleS = 0, runEveryS = 0, readsPerS = 0, cacheMb = 0] = numbers.map(Number);
const S = 1000;
const MIB = 2 ** 20;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void; // as: what the flag exposes

const stores = await openBenchStores(data);
const { objects, views, speed, log } = stores;
const ids = await titleIds(views, movies);
const maker = makeEvents(ids, `soak ${rate}`);
const running = beginSpeed(stores);
const serving = { responseCacheBytes: cacheMb * MIB };
const app = buildApp({ objects, views, speed, log, caches: createMemoryCaches(), rateLimiter: undefined }, serving, {
  logger: silentLogger,
  metrics: createMetrics(),
});
await app.ready();

const started = performance.now();
const elapsedS = (): number => (performance.now() - started) / S;
const ended = new AbortController();
const failures: unknown[] = [];
let appended = 0;
let runs = 0;

const bytesOf = (name: string): number => statSync(join(data, name), { throwIfNoEntry: false })?.size ?? 0;
/** Garbage is collected before, so that what is left is held by somebody. */
const look = (): void => {
  const before = process.memoryUsage().rss;
  collect();
  const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const snapshot = app.snapshots.peek();
  const sample: SoakSample = {
    atS: elapsedS(),
    events: appended,
    runs,
    rssMb: rss / MIB,
    rssBeforeGcMb: before / MIB,
    heapUsedMb: heapUsed / MIB,
    heapTotalMb: heapTotal / MIB,
    externalMb: external / MIB,
    arrayBuffersMb: arrayBuffers / MIB,
    ...mappedMemory(),
    overlayTitles: snapshot?.overlay?.titles.size ?? 0,
    logMb: bytesOf('log.sqlite') / MIB,
    logWalMb: bytesOf('log.sqlite-wal') / MIB,
    speedMb: bytesOf('speed.sqlite') / MIB,
    speedWalMb: bytesOf('speed.sqlite-wal') / MIB,
  };
  console.log(JSON.stringify(sample));
};

const tell = async (): Promise<void> => {
  const total = Math.round(rate * seconds);
  for (let next = 0; next < total && !ended.signal.aborted; next++) {
    const restMs = started + (next / rate) * S - performance.now();
    if (restMs > 0) await sleep(restMs);
    log.append([maker.next(Date.now())]).catch((error: unknown) => failures.push(error));
    appended += 1;
  }
};
const ask = async (): Promise<void> => {
  if (readsPerS === 0) return;
  for (let n = 0; !ended.signal.aborted; n += 1) {
    const path = n % 4 === 0 ? '/movies?sort=rating&desc=true&page_size=50' : n % 4 === 1 ? '/genres' : `/movies/${ids[n % ids.length]}`;
    const { statusCode } = await app.inject(path);
    if (statusCode !== 200) throw new Error(`${path} was answered with ${statusCode}`);
    await sleep(S / readsPerS);
  }
};
const run = async (): Promise<void> => {
  if (runEveryS === 0) return;
  const options = { imdbSource: imdb, workFolder: stores.scratchFolder, memoryLimitMb: 512, threads: 1, keepVersions: 3, full: false };
  for (let at = runEveryS; at < seconds; at += runEveryS) {
    await sleep(Math.max(0, at - elapsedS()) * S, undefined, { signal: ended.signal }).catch(() => undefined);
    if (ended.signal.aborted) return;
    const { outcome, message } = await runBatch(stores, options, { logger: silentLogger, progress: silentProgress, signal: ended.signal });
    if (outcome === 'interrupted') return;
    if (outcome !== 'published') throw new Error(`a run was ${outcome}: ${message}`);
    runs += 1;
  }
};
const watch = async (): Promise<void> => {
  for (let at = 0; at <= seconds; at += sampleS) {
    await sleep(Math.max(0, at - elapsedS()) * S);
    look();
  }
};

const work = [tell(), ask(), run()].map((one) => one.catch((error: unknown) => failures.push(error)));
await watch();
ended.abort();
await Promise.all(work);
if (failures.length > 0) throw failures[0];
await app.close();
await running.stop();
await stores.close();
