/**
 * The speed store on Cassandra: `cassandra.ts [--contact-point HOST:PORT] [--runs N]`. Writes into keyspaces of its own and drops them. Server and client
 * share the machine, so what it prints is what both of them do together.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { type CassandraSpeedStore, openCassandraSpeedStore } from '@rushes/adapters/cassandra-speed-store';
import { type PartitionId, PARTITIONS } from '@rushes/domain';

import { Client } from '../../libs/adapters/src/cassandra-speed-store/driver-for-tests.ts';
import { percentile } from '../live/percentile.ts';
import { usage } from '../process/usage.ts';
import { figure, millis, show, whole } from '../report/figure.ts';
import { microBatches, TTL_MS, writeBare, writeThroughStore } from './cassandra-load.ts';
import { projectEvents } from './projected-events.ts';

const { values } = parseArgs({
  options: {
    'contact-point': { type: 'string', default: process.env['TEST_CASSANDRA'] ?? '127.0.0.1:29042' },
    'data-center': { type: 'string', default: 'datacenter1' },
    runs: { type: 'string', default: '3' },
  },
});
const contactPoint = values['contact-point'];
const dataCenter = values['data-center'];
const runs = Number(values.runs);
const PER_PARTITION = 10;
const ROWS = 300;
const AT_ONCE = 128;
const EVENTS = 40_000;
const MOVIES = 20_000;
const SCHEMA_TIMEOUT_MS = 120_000;

const keyspaces: string[] = [];
const open = (keyspace: string): Promise<CassandraSpeedStore> =>
  openCassandraSpeedStore({ contactPoints: [contactPoint], localDataCenter: dataCenter, keyspace, replicationFactor: 1 });
const newStore = async (): Promise<{ readonly keyspace: string; readonly store: CassandraSpeedStore }> => {
  const keyspace = `rushes_bench_${randomBytes(6).toString('hex')}`;
  keyspaces.push(keyspace);
  return { keyspace, store: await open(keyspace) };
};
const timed = async (times: number, work: (n: number) => Promise<unknown>): Promise<string> => {
  const took: number[] = [];
  for (let n = 0; n < times; n++) {
    const started = performance.now();
    await work(n);
    took.push(performance.now() - started);
  }
  return `p50 ${millis(percentile(took, 0.5))}, p99 ${millis(percentile(took, 0.99))}`;
};
const repeat = async (measure: (run: number) => Promise<number>): Promise<string> => {
  const seen: number[] = [];
  for (let run = 0; run < runs; run++) seen.push(await measure(run));
  return show(figure(seen), whole);
};

const measureStore = async (): Promise<void> => {
  const { keyspace, store } = await newStore();
  const fences = new Map<PartitionId, number>();
  for (const partition of PARTITIONS) fences.set(partition, (await store.owners.claim(partition, 'bench', 0)) ?? 0);
  // The server compiles what it runs often.
  await writeThroughStore(store, microBatches('warm', PER_PARTITION, ROWS), fences);
  await writeBare(
    contactPoint,
    dataCenter,
    keyspace,
    [...microBatches('warm bare', PER_PARTITION, ROWS).values()].flat().flatMap(({ rows }) => rows),
    AT_ONCE,
  );

  const total = PARTITIONS.length * PER_PARTITION * ROWS;
  const through: number[] = [];
  const bare: number[] = [];
  const cpu: number[] = [];
  for (let run = 0; run < runs; run++) {
    const batches = microBatches(`run ${run}`, PER_PARTITION, ROWS);
    const [started, before] = [performance.now(), usage().cpuMs];
    await writeThroughStore(store, batches, fences);
    through.push((total / (performance.now() - started)) * 1_000);
    cpu.push(((usage().cpuMs - before) / total) * 1_000);
    const rows = [...microBatches(`bare ${run}`, PER_PARTITION, ROWS).values()].flat().flatMap((batch) => batch.rows);
    bare.push((total / (await writeBare(contactPoint, dataCenter, keyspace, rows, AT_ONCE))) * 1_000);
  }
  console.log(`rows a second through the store, with records and positions: ${show(figure(through), whole)}`);
  console.log(`the same rows a second by a bare loop, ${AT_ONCE} at once:        ${show(figure(bare), whole)}`);
  console.log(`processor time of the client, µs a row:                      ${show(figure(cpu), whole)}`);

  const keys = [...microBatches('run 0', 2, ROWS).values()].flat().flatMap(({ rows }) => rows);
  console.log(`readRows of 500 keys:  ${await timed(100, (n) => store.readRows(keys.slice((n % 20) * 500, (n % 20) * 500 + 500)))}`);
  console.log(`progress:              ${await timed(200, () => store.progress())}`);
  console.log(
    `putPosition:           ${await timed(200, (n) => store.putPosition({ partition: PARTITIONS[0] ?? 'movie.ratings/0', offset: n, epoch: 1, opening: { offset: 0, appendedAtMs: 0 } }, 1))}`,
  );
  console.log(`renew:                 ${await timed(100, () => store.owners.renew('bench', 10_000))}`);

  const SCANNED = 100_000;
  const scanned = await newStore();
  for (let at = 0; at < SCANNED; at += 5_000)
    await scanned.store.upsert(
      Array.from({ length: 5_000 }, (_, n) => ({
        view: 'scanned',
        key: `tt${at + n}`,
        epoch: 1 + ((at + n) % 12),
        partition: PARTITIONS[n % PARTITIONS.length] ?? 'movie.ratings/0',
        generation: 0,
        lastOffset: n,
        appendedAtMs: 0,
        state: 'x'.repeat(250),
        timestampUs: Date.now() * 1_000,
      })),
      TTL_MS,
    );
  const scans = await repeat(async () => {
    const started = performance.now();
    let rows = 0;
    for await (const batch of scanned.store.scan('scanned', 0)) rows += batch.length;
    if (rows !== SCANNED) throw new Error(`${rows} rows were scanned`);
    return performance.now() - started;
  });
  console.log(`scan of ${whole(SCANNED)} rows in 12 epochs, ms: ${scans}`);

  const reader = await open(scanned.keyspace);
  const seen: number[] = [];
  for (let n = 0; n < 100; n++) {
    const waiting = reader.changesAfter({ 'movie.ratings/0': n }, { limit: 10, waitMs: 60_000 });
    await sleep(20 + ((n * 37) % 90));
    const started = performance.now();
    await scanned.store.appendChange(
      { partition: 'movie.ratings/0', from: n, to: n + 1, epoch: 1, generation: 0, appendedAtMs: 0, rows: [] },
      TTL_MS,
    );
    await waiting;
    seen.push(performance.now() - started);
  }
  console.log(
    `from appendChange to changesAfter of another client: p50 ${millis(percentile(seen, 0.5))}, p99 ${millis(percentile(seen, 0.99))}`,
  );
  for (const opened of [reader, scanned.store, store]) await opened.close();
};

const eventsPerSecond = async (kind: 'Cassandra' | 'SQLite'): Promise<void> => {
  const speeds: number[] = [];
  const cpuPerEvent: number[] = [];
  for (let run = 0; run < runs; run++) {
    const projecting = kind === 'Cassandra' ? await newStore() : undefined;
    const { ms, cpuMs } = await projectEvents(EVENTS, MOVIES, projecting?.store);
    await projecting?.store.close();
    speeds.push((EVENTS / ms) * 1_000);
    cpuPerEvent.push((cpuMs / EVENTS) * 1_000);
  }
  console.log(
    `events a second projected into ${kind}: ${show(figure(speeds), whole)}; processor time, µs an event: ${show(figure(cpuPerEvent), whole)}`,
  );
};

try {
  await measureStore();
  await eventsPerSecond('SQLite');
  await eventsPerSecond('Cassandra');
} finally {
  const client = new Client({
    contactPoints: [contactPoint],
    localDataCenter: dataCenter,
    socketOptions: { readTimeout: SCHEMA_TIMEOUT_MS },
  });
  for (const made of keyspaces) await client.execute(`DROP KEYSPACE IF EXISTS "${made}"`);
  await client.shutdown();
}
