/**
 * What the event log's adapter costs over its client: the same records appended and read by the adapter, and by loops that do nothing else with the client.
 * Run by hand after `npm run services -- up kafka registry`, or against others: `TEST_KAFKA=host:port TEST_REGISTRY=URL tools/bin/node bench/services/kafka.ts`.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { Admin, Connection, fetchV17, metadataV12, Producer } from '@platformatic/kafka';
import { openKafkaEventLog } from '@rushes/adapters/kafka-event-log';
import { eventText, partitionOf, PARTITIONS, type PartitionId } from '@rushes/domain';
import type { EventLog, NewRecord } from '@rushes/ports';

const BROKER = process.env['TEST_KAFKA'] ?? '127.0.0.1:29092';
const REGISTRY = process.env['TEST_REGISTRY'] ?? 'http://127.0.0.1:28081/apis/ccompat/v7';
const ROUNDS = 5;
const SECONDS = 2;
const WRITERS = 50;
const BATCH = 1_000;
const ANSWER_BYTES = 4_194_304;
const PARTITION_BYTES = 1_048_576;

const prefix = `bench-${randomBytes(4).toString('hex')}-`;
const topic = `${prefix}movie.ratings`;

/** Movies by which records are spread, so that making ids is not measured. */
const MOVIES = Array.from({ length: 500 }, () => randomUUID());
let made = 0;
const newRecord = (): NewRecord => {
  const movie_id = MOVIES[made++ % MOVIES.length] ?? '';
  const value = eventText({
    type: 'rating_given',
    version: 1,
    payload: { movie_id, score: 7.5, user: 'somebody', at: '2026-01-01T10:00:00Z' },
  });
  return { partition: partitionOf('movie.ratings', movie_id), key: movie_id, id: `bench/${made}`, value };
};

interface Measured {
  readonly perSecond: number;
  /** Microseconds that this process computed for a record: what a busy machine changes least. */
  readonly cpuUs: number;
  /** Milliseconds of a call. */
  readonly p50: number;
  readonly p99: number;
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;

const cpuSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return user + system;
};

const appends = async (writers: number, size: number, send: (records: readonly NewRecord[]) => Promise<unknown>): Promise<Measured> => {
  const took: number[] = [];
  const cpu = process.cpuUsage();
  const beganMs = performance.now();
  const untilMs = beganMs + SECONDS * 1_000;
  const write = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      const records = Array.from({ length: size }, newRecord);
      const sentMs = performance.now();
      await send(records);
      took.push(performance.now() - sentMs);
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  const seconds = (performance.now() - beganMs) / 1_000;
  const sorted = took.toSorted((a, b) => a - b);
  return {
    perSecond: (took.length * size) / seconds,
    cpuUs: cpuSince(cpu) / (took.length * size),
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
  };
};

/** The bytes that the adapter writes are not made here: a value of the same size. */
const VALUE = Buffer.alloc(75, 1);
const messageOf = ({ partition, key, id }: NewRecord) => ({
  topic,
  partition: Number(partition.split('/')[1]),
  key: Buffer.from(key),
  value: VALUE,
  headers: new Map([[Buffer.from('rushes-id'), Buffer.from(id)]]),
});

/** One request at a time; what comes meanwhile goes with the next. */
const grouping = (producer: Producer) => {
  let waiting: { readonly records: readonly NewRecord[]; readonly done: () => void; readonly fail: (error: unknown) => void }[] = [];
  let isBusy = false;
  const run = async (): Promise<void> => {
    isBusy = true;
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        await producer.send({ messages: group.flatMap(({ records }) => records.map(messageOf)), acks: -1 });
        for (const { done } of group) done();
      } catch (error) {
        for (const { fail } of group) fail(error);
      }
    }
    isBusy = false;
  };
  return (records: readonly NewRecord[]): Promise<void> =>
    new Promise((done, fail) => {
      waiting.push({ records, done, fail });
      if (!isBusy) void run();
    });
};

const [host = '', port = ''] = BROKER.split(':');
const bareLink = async (): Promise<Connection> => {
  const link = new Connection('bench');
  await link.connect(host, Number(port));
  return link;
};

/** Reads from the beginning to these offsets, and counts what it gets. */
const bareRead = async (link: Connection, topicId: string, ends: ReadonlyMap<number, number>): Promise<number> => {
  const at = new Map([...ends.keys()].map((partition) => [partition, 0]));
  let count = 0;
  while ([...at].some(([partition, offset]) => offset < (ends.get(partition) ?? 0))) {
    const partitions = [...at].map(([partition, offset]) => ({
      partition,
      currentLeaderEpoch: -1,
      fetchOffset: BigInt(offset),
      lastFetchedEpoch: -1,
      partitionMaxBytes: PARTITION_BYTES,
    }));
    const answer = await fetchV17.api.async(link, 100, 1, ANSWER_BYTES, 0, 0, -1, [{ topicId, partitions }], [], '');
    for (const { partitionIndex, records } of answer.responses[0]?.partitions ?? [])
      for (const batch of records ?? []) {
        count += batch.records.length;
        at.set(partitionIndex, Number(batch.firstOffset) + batch.lastOffsetDelta + 1);
      }
  }
  return count;
};

const timed = async (work: () => Promise<number>): Promise<Measured> => {
  const beganMs = performance.now();
  const cpu = process.cpuUsage();
  const count = await work();
  return { perSecond: count / ((performance.now() - beganMs) / 1_000), cpuUs: cpuSince(cpu) / count, p50: Number.NaN, p99: Number.NaN };
};

const readRange = async (log: EventLog, partition: PartitionId, to: number): Promise<number> => {
  let count = 0;
  for await (const records of log.range(partition, 0, to)) count += records.length;
  return count;
};

const follow = async (log: EventLog, ends: ReadonlyMap<number, number>): Promise<number> => {
  const stop = new AbortController();
  const wanted = [...ends.values()].reduce((sum, end) => sum + end, 0);
  let count = 0;
  const from = Object.fromEntries([...ends.keys()].map((partition) => [`movie.ratings/${partition}`, 0]));
  for await (const one of log.follow(from, stop.signal)) {
    if ('fault' in one) throw one.fault;
    count += one.records.length;
    if (count >= wanted) stop.abort();
  }
  return count;
};

const log = await openKafkaEventLog({ brokers: [BROKER], topicPrefix: prefix, registry: { url: REGISTRY } });
const producer = new Producer({ clientId: 'bench', bootstrapBrokers: [BROKER], acks: -1, retries: 0 });
const link = await bareLink();
const group = grouping(producer);
const results = new Map<string, Measured[]>();
const measure = async (name: string, work: () => Promise<Measured>): Promise<void> => {
  const all = results.get(name) ?? [];
  results.set(name, all);
  all.push(await work());
};

try {
  const topicId = (await metadataV12.api.async(link, [topic], false, false)).topics[0]?.topicId ?? '';
  // Reading first: only the adapter's records lie there then.
  for (let n = 0; n < 300; n++) await log.append(Array.from({ length: BATCH }, newRecord));
  const { next } = await log.bounds();
  const ends = new Map(
    PARTITIONS.filter((partition) => partition.startsWith('movie.ratings/')).map((partition) => [
      Number(partition.split('/')[1]),
      next[partition] ?? 0,
    ]),
  );
  const first = new Map([...ends].slice(0, 1));
  for (let round = 0; round < ROUNDS; round++) {
    await measure('range, adapter', () => timed(() => readRange(log, 'movie.ratings/0', ends.get(0) ?? 0)));
    await measure('range, client', () => timed(() => bareRead(link, topicId, first)));
    await measure('follow, adapter', () => timed(() => follow(log, ends)));
    await measure('follow, client', () => timed(() => bareRead(link, topicId, ends)));
  }
  for (let round = 0; round < ROUNDS; round++) {
    await measure('append 50 at once, adapter', () => appends(WRITERS, 1, (records) => log.append(records)));
    await measure('append 50 at once, client in groups', () => appends(WRITERS, 1, group));
    await measure('append 50 at once, client', () =>
      appends(WRITERS, 1, (records) => producer.send({ messages: records.map(messageOf), acks: -1 })),
    );
    await measure('append 1000, adapter', () => appends(1, BATCH, (records) => log.append(records)));
    await measure('append 1000, client', () => appends(1, BATCH, group));
  }
  for (const [name, rounds] of results) {
    const sorted = rounds.toSorted((a, b) => a.perSecond - b.perSecond);
    const middle = sorted[Math.floor(sorted.length / 2)];
    const cpu = rounds.map(({ cpuUs }) => cpuUs).toSorted((a, b) => a - b);
    const range = `${Math.round(sorted[0]?.perSecond ?? 0)} to ${Math.round(sorted.at(-1)?.perSecond ?? 0)}`;
    console.log(
      `${name}: ${Math.round(middle?.perSecond ?? 0)} records/s (${range}), CPU ${quantile(cpu, 0.5).toFixed(2)} us a record, p50 ${middle?.p50.toFixed(2)} ms, p99 ${middle?.p99.toFixed(2)} ms`,
    );
  }
} finally {
  link.socket.destroy();
  await producer.close();
  await log.close();
  const admin = new Admin({ clientId: 'bench', bootstrapBrokers: [BROKER] });
  await admin.deleteTopics({
    topics: ['movie.metadata', 'movie.ratings', 'movie.reviews', 'movie.dead-letters'].map((name) => `${prefix}${name}`),
  });
  await admin.close();
  for (const name of ['movie.metadata', 'movie.ratings', 'movie.reviews'])
    for (const query of ['', '?permanent=true']) await fetch(`${REGISTRY}/subjects/${prefix}${name}-value${query}`, { method: 'DELETE' });
}
