import { type LogPartition, PARTITIONS, topicOf } from '@rushes/domain';
import { type EventLog, StoreFault } from '@rushes/ports';

import { storeBoundary } from '../store-errors/store-boundary.ts';
import { appendQueue, checkBarrier, checkRecords, checkSizes, placeInCall } from './append.ts';
import { openRegistry } from './avro/registry.ts';
import { openValues } from './avro/values.ts';
import type { Cluster } from './cluster.ts';
import { followLog } from './follow.ts';
import { kafkaFailure } from './kafka-failure.ts';
import { EARLIEST, everywhere, LATEST, listOffsets } from './offsets.ts';
import { clusterOf } from './opened-cluster.ts';
import type { KafkaEventLogOptions, KafkaLimits } from './options.ts';
import { openProducer } from './produce.ts';
import { readRange } from './range.ts';
import { prepareBarrier, prepareRecord } from './records.ts';
import { setUpTopics } from './set-up-topics.ts';
import { trimLog } from './trim.ts';
import { untilAborted } from './waiting.ts';
import { requireWritable } from './writable.ts';

const HOUR_MS = 3_600_000;
const DEFAULT_RETENTION_MS = 7 * 24 * HOUR_MS;
/** How far duplicates are told apart, and how long rows of the speed layer live: what is younger is still needed. */
const LEAST_RETENTION_MS = 48 * HOUR_MS;

/** Values of all topics, with our schemas registered. */
export const valuesOf = async (
  cluster: Cluster,
  { registry, readOnly = false }: KafkaEventLogOptions,
  { requestTimeoutMs }: Pick<KafkaLimits, 'requestTimeoutMs'>,
) => {
  const ends = await listOffsets(cluster, everywhere(PARTITIONS, LATEST), requestTimeoutMs);
  return openValues({
    registry: openRegistry({ ...registry, timeoutMs: requestTimeoutMs }),
    subjectOf: (topic) => `${cluster.topics.nameOf(topic)}-value`,
    hasRecords: (topic) => PARTITIONS.some((partition) => topicOf(partition) === topic && (ends.get(partition) ?? 0) > 0),
    readOnly,
  });
};

const logOf = async (cluster: Cluster, options: KafkaEventLogOptions, limits: KafkaLimits, retentionMs: number): Promise<EventLog> => {
  const { now = Date.now, readOnly = false, traces = false, minInsyncReplicas = 1 } = options;
  const { location, topics } = cluster;
  const { requestTimeoutMs } = limits;
  await setUpTopics(cluster, readOnly, requestTimeoutMs);
  const values = await valuesOf(cluster, options, limits);
  const producer = openProducer(cluster, requestTimeoutMs);
  const queue = appendQueue(topics, producer);
  const closing = new AbortController();
  const reading = { cluster, values, limits, traces, closing: closing.signal };
  let closed: Promise<void> | undefined;
  const open = (): void => closing.signal.throwIfAborted();
  const writable = (): void => {
    open();
    if (readOnly) throw new StoreFault({ location, reason: 'was opened to be read only', hint: 'Open it for writing.' });
  };
  const close = async (): Promise<void> => {
    closing.abort(new Error(`${location} was closed`));
    await queue.close();
    producer.close();
    cluster.close();
  };
  const ends = async (time: bigint) =>
    Object.fromEntries(await listOffsets(cluster, everywhere(topics.partitions, time), requestTimeoutMs));

  return {
    location,
    id: cluster.view().id,
    retentionMs,
    append: async (records) => {
      writable();
      checkRecords(topics, records);
      const prepared = records.map((record, at) => prepareRecord(topics, values, record, placeInCall(records, at), traces));
      checkSizes(topics, prepared, (at) => placeInCall(records, at));
      return prepared.length === 0 ? [] : queue.append(prepared);
    },
    checkWritable: async () => {
      writable();
      const metadata = await cluster.metadata();
      cluster.adopt(metadata);
      requireWritable(metadata, minInsyncReplicas, location);
    },
    appendBarrier: async (number) => {
      writable();
      checkBarrier(number);
      await queue.append(PARTITIONS.map((partition) => prepareBarrier(topics, partition, number)));
    },
    follow: (from, signal) => followLog(reading, from, signal),
    range: (partition, from, to, given) => readRange(reading, partition, from, to, given),
    bounds: async ({ signal } = {}) => {
      open();
      signal?.throwIfAborted();
      const [earliest, next] = await untilAborted(Promise.all([ends(EARLIEST), ends(LATEST)]), signal);
      return { earliest, next };
    },
    offsetsAtTime: async (timesMs, { signal } = {}) => {
      open();
      signal?.throwIfAborted();
      const entries = Object.entries(timesMs) as [LogPartition, number][]; // as: the keys are partitions
      const times = new Map(entries.map(([partition, timeMs]) => [partition, BigInt(Math.max(0, Math.ceil(timeMs)))] as const));
      const found = await untilAborted(listOffsets(cluster, times, requestTimeoutMs), signal);
      const behind = [...found].filter(([, offset]) => offset < 0).map(([partition]) => partition);
      const last = await untilAborted(listOffsets(cluster, everywhere(behind, LATEST), requestTimeoutMs), signal);
      return Object.fromEntries([...found, ...last]);
    },
    trim: async (keepFrom) => {
      writable();
      return trimLog(cluster, keepFrom, now() - retentionMs, requestTimeoutMs);
    },
    close: () => (closed ??= close()),
  };
};

/** What the client throws, as the ports' errors. */
const explained = (log: EventLog): EventLog => {
  const explain = (error: unknown): unknown => kafkaFailure(error, log.location);
  const relay = async function* <Item>(items: AsyncIterable<Item>): AsyncGenerator<Item, void, undefined> {
    try {
      yield* items;
    } catch (error) {
      throw explain(error);
    }
  };
  const call = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw explain(error);
    }
  };
  return {
    ...log,
    append: (records) => call(() => log.append(records)),
    checkWritable: () => call(() => log.checkWritable()),
    appendBarrier: (number) => call(() => log.appendBarrier(number)),
    bounds: (given) => call(() => log.bounds(given)),
    offsetsAtTime: (timesMs, given) => call(() => log.offsetsAtTime(timesMs, given)),
    trim: (keepFrom) => call(() => log.trim(keepFrom)),
    follow: (from, signal) => relay(log.follow(from, signal)),
    range: (...args) => relay(log.range(...args)),
  };
};

/**
 * The log in four topics of a Kafka cluster, which any number of processes may have open. The topics are made if they are not there, and their schemas
 * registered.
 * @throws StoreFault if the topics are not set up as they should be, or a schema of ours would make records unreadable; StoreUnavailable if brokers or the
 * registry cannot be reached; RangeError if an option cannot be.
 */
export const openKafkaEventLog = async (options: KafkaEventLogOptions): Promise<EventLog> => {
  const { retentionMs = DEFAULT_RETENTION_MS } = options;
  if (!(retentionMs >= LEAST_RETENTION_MS))
    throw new RangeError(`a log's retention is at least ${LEAST_RETENTION_MS} ms (48 hours), not ${retentionMs} ms`);
  const { cluster, limits } = clusterOf(options);
  const { location } = cluster;
  try {
    return storeBoundary(explained(await logOf(cluster, options, limits, retentionMs)), { location });
  } catch (error) {
    cluster.close();
    throw kafkaFailure(error, location, 'open');
  }
};
