/**
 * A log that begins at chosen offsets. Its topics take the times that this client gives until the log is whole, and no log is opened on topics that do. So
 * one whose beginning was cut off is never taken for a whole one, and whoever begins again removes it.
 */
import { ConfigResourceTypes, deleteTopicsV6, incrementalAlterConfigsV1, IncrementalAlterConfigOperationTypes } from '@platformatic/kafka';
import { DEAD_LETTERS, type LogPartition, offsetAt } from '@rushes/domain';
import { type BegunLog, type CallOptions, type LogBeginning, StoreFault, StoreUnavailable } from '@rushes/ports';

import { beginPartition, type PartitionBeginning } from './begin-partition.ts';
import type { Cluster } from './cluster.ts';
import { missingTopics } from './cluster-view.ts';
import { kafkaFailure } from './kafka-failure.ts';
import { NEEDED_TO_BEGIN, requireVersions } from './link.ts';
import { stateOf } from './log-state.ts';
import { EARLIEST, everywhere, LATEST, listOffsets } from './offsets.ts';
import { valuesOf } from './open-log.ts';
import { clusterOf } from './opened-cluster.ts';
import type { KafkaEventLogOptions } from './options.ts';
import { openPlacer } from './place-batches.ts';
import { OK, protocolFailure, UNKNOWN_TOPIC_OR_PARTITION } from './protocol-codes.ts';
import { createTopics, readConfigs, settledTopics } from './set-up-topics.ts';
import { WHILE_BEGUN } from './topic-check.ts';
import type { TopicPlan } from './topics.ts';
import { removeRecords } from './trim.ts';
import { pause } from './waiting.ts';

const LOOK_MS = 100;
/** A batch that fills offsets takes a broker longer than one of an append. */
const LONG_MS = 60_000;
const MOST_RETRIES = 100;

const notFree = (location: string): StoreFault =>
  new StoreFault({
    location,
    reason: 'has topics of a log already, and no other log begins in them',
    hint: 'Name another prefix for the topics. If there is nothing in them that anybody needs, delete them, and give the command again.',
  });

const plansOf = (cluster: Cluster): readonly TopicPlan[] =>
  cluster.topics.plans.map((plan) => ({ ...plan, configs: { ...plan.configs, ...WHILE_BEGUN } }));

/** Removes the topics of a log whose beginning was cut off. Brokers forget them a little later. */
const removeTopics = async (cluster: Cluster, names: readonly string[], timeoutMs: number): Promise<void> => {
  if (names.length === 0) return;
  const answer = await cluster.anywhere((link) =>
    link.answer(
      deleteTopicsV6.api,
      names.map((name) => ({ name })),
      timeoutMs,
    ),
  );
  for (const { name, errorCode, errorMessage } of answer.responses)
    if (errorCode !== OK && errorCode !== UNKNOWN_TOPIC_OR_PARTITION)
      throw protocolFailure(errorCode, cluster.location, `${name ?? ''}: ${errorMessage ?? 'cannot be removed'}`);
  const never = new AbortController().signal;
  for (let tried = 0; tried < MOST_RETRIES; tried++) {
    const missing = missingTopics(await cluster.metadata(), cluster.topics);
    if (names.every((name) => missing.includes(name))) return;
    await pause(LOOK_MS, never);
  }
  throw new StoreUnavailable({ location: cluster.location, reason: 'still has topics that were removed', hint: 'Try again.' });
};

/** New, empty topics for a log that is being begun. @throws StoreFault if there is a log. */
const freshTopics = async (cluster: Cluster, timeoutMs: number): Promise<void> => {
  const before = await cluster.metadata();
  await cluster.anywhere((link) => requireVersions(link, cluster.location, NEEDED_TO_BEGIN));
  const state = await stateOf(cluster, before);
  if (state === 'there') throw notFree(cluster.location);
  const missing = missingTopics(before, cluster.topics);
  await removeTopics(
    cluster,
    cluster.topics.plans.map(({ name }) => name).filter((name) => !missing.includes(name)),
    timeoutMs,
  );
  await cluster.anywhere((link) => createTopics(cluster, link, plansOf(cluster), { timeoutMs }));
  const metadata = await settledTopics(cluster, timeoutMs);
  // Whoever opens a log here makes topics that are none of these.
  if ((await stateOf(cluster, metadata)) !== 'unfinished') throw notFree(cluster.location);
  cluster.adopt(metadata);
};

/** From then on the topics are those of a log: the brokers give the times. */
const seal = async (cluster: Cluster, timeoutMs: number): Promise<void> => {
  const { location, topics } = cluster;
  const changed = Object.keys(WHILE_BEGUN);
  await cluster.refresh();
  const answer = await cluster.anywhere((link) =>
    link.answer(
      incrementalAlterConfigsV1.api,
      topics.plans.map(({ name, configs }) => ({
        resourceType: ConfigResourceTypes.TOPIC,
        resourceName: name,
        configs: changed.map((one) => ({
          name: one,
          configOperation: IncrementalAlterConfigOperationTypes.SET,
          value: configs[one] ?? '',
        })),
      })),
      false,
    ),
  );
  for (const { resourceName, errorCode, errorMessage } of answer.responses)
    if (errorCode !== OK) throw protocolFailure(errorCode, location, `${resourceName}: ${errorMessage ?? 'cannot be changed'}`);
  const untilMs = performance.now() + timeoutMs;
  const never = new AbortController().signal;
  for (;;) {
    const configs = await cluster.anywhere((link) => readConfigs(cluster, link, topics.plans));
    if (topics.plans.every((plan) => changed.every((one) => configs.get(plan.name)?.[one] === plan.configs[one]))) return;
    if (performance.now() > untilMs)
      throw new StoreUnavailable({ location, reason: 'does not show the settings that its topics were given', hint: 'Try again.' });
    await pause(LOOK_MS, never);
  }
};

const fillTopics = async (
  cluster: Cluster,
  options: KafkaEventLogOptions,
  { earliest, records, next, barrier }: LogBeginning,
  { requestTimeoutMs, signal }: { readonly requestTimeoutMs: number; readonly signal: AbortSignal },
): Promise<void> => {
  const { location, topics } = cluster;
  const values = await valuesOf(cluster, options, { requestTimeoutMs });
  const placer = openPlacer(cluster, Math.max(LONG_MS, requestTimeoutMs), signal);
  try {
    const partitions = new Map<LogPartition, PartitionBeginning>(
      topics.partitions.map((partition) => [partition, beginPartition(partition, { topics, values, placer })]),
    );
    for (const [partition, one] of partitions) await one.fillHead(offsetAt(earliest, partition));
    for await (const { partition, records: some } of records) {
      const one = partitions.get(partition);
      if (one === undefined) throw new RangeError(`there is no partition ${partition}`);
      await one.add(some);
    }
    const timeMs = (options.now ?? Date.now)();
    for (const [partition, one] of partitions)
      await one.end(
        offsetAt(next, partition),
        barrier === undefined || partition === DEAD_LETTERS ? undefined : { number: barrier, timeMs },
      );
    const removals = topics.partitions.map((partition) => ({ partition, to: offsetAt(earliest, partition) })).filter(({ to }) => to > 0);
    await removeRecords(cluster, removals, requestTimeoutMs);
    const [first, last] = await Promise.all(
      [EARLIEST, LATEST].map((time) => listOffsets(cluster, everywhere(topics.partitions, time), requestTimeoutMs)),
    );
    for (const [partition, one] of partitions)
      if (first?.get(partition) !== offsetAt(earliest, partition) || last?.get(partition) !== one.next())
        throw new StoreFault({
          location,
          reason: `has ${partition} from ${first?.get(partition)} to ${last?.get(partition)}, not from ${offsetAt(earliest, partition)} to ${one.next()}`,
          hint: 'Somebody else writes to these topics: stop that, and give the command again.',
        });
  } finally {
    placer.close();
  }
};

/**
 * Asks whether a log could be begun: permissions, replication, versions. Nothing is made.
 * @throws StoreFault, StoreUnavailable
 */
export const checkKafkaBeginning = async (options: KafkaEventLogOptions): Promise<void> => {
  const { cluster, limits } = clusterOf(options);
  const { location } = cluster;
  try {
    const metadata = await cluster.metadata();
    await cluster.anywhere((link) => requireVersions(link, location, NEEDED_TO_BEGIN));
    if ((await stateOf(cluster, metadata)) !== 'absent') return;
    const how = { timeoutMs: limits.requestTimeoutMs, onlyTried: true };
    await cluster.anywhere((link) => createTopics(cluster, link, plansOf(cluster), how));
  } catch (error) {
    throw kafkaFailure(error, location, 'open');
  } finally {
    cluster.close();
  }
};

/**
 * Makes the topics of a log with these records at these offsets, with their append times. What a beginning that was cut off left there goes.
 * @throws StoreFault if there is a log, or somebody else writes; StoreUnavailable; RangeError for records that no log here can have. What was made is
 * removed then, if it can be.
 */
export const beginKafkaEventLog = async (
  options: KafkaEventLogOptions,
  beginning: LogBeginning,
  { signal = new AbortController().signal }: CallOptions = {},
): Promise<BegunLog> => {
  const { cluster, limits } = clusterOf(options);
  const { location, topics } = cluster;
  const { requestTimeoutMs } = limits;
  const names = topics.plans.map(({ name }) => name);
  const explained = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw kafkaFailure(error, location, 'open');
    }
  };
  const discard = async (): Promise<void> => {
    try {
      await removeTopics(cluster, names, requestTimeoutMs);
    } finally {
      cluster.close();
    }
  };
  try {
    await explained(() => freshTopics(cluster, requestTimeoutMs));
  } catch (error) {
    cluster.close();
    throw error;
  }
  try {
    await explained(() => fillTopics(cluster, options, beginning, { requestTimeoutMs, signal }));
  } catch (error) {
    await discard().catch(() => {});
    throw error;
  }
  return {
    id: cluster.view().id,
    async takePlace() {
      try {
        await explained(() => seal(cluster, requestTimeoutMs));
      } finally {
        cluster.close();
      }
      return [];
    },
    discard: () => explained(discard),
  };
};
