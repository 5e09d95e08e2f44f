/**
 * The log's topics and partitions. Their number is fixed for life: offsets, cuts and coverage are kept by partition.
 * Invariant: all events of one movie in one topic lie in one partition.
 */
import { hash } from 'node:crypto';

export const TOPICS = ['movie.metadata', 'movie.ratings', 'movie.reviews'] as const;
export type Topic = (typeof TOPICS)[number];

const PARTITIONS_PER_TOPIC = 6;

/** A topic's partition: `movie.ratings/3`. */
export type PartitionId = `${Topic}/${number}`;

export const partitionId = (topic: Topic, number: number): PartitionId => `${topic}/${number}`;

export const PARTITIONS: readonly PartitionId[] = TOPICS.flatMap((topic) =>
  Array.from({ length: PARTITIONS_PER_TOPIC }, (_, number) => partitionId(topic, number)),
);

const KNOWN: ReadonlySet<string> = new Set(PARTITIONS);
export const isPartitionId = (text: string): text is PartitionId => KNOWN.has(text);

export const topicOf = (partition: PartitionId): Topic => partition.slice(0, partition.indexOf('/')) as Topic; // as: the type's first half

/** The partition of a movie's events: the first 32 bits of the key's SHA-256, modulo the number of partitions. */
export const partitionOf = (topic: Topic, key: string): PartitionId =>
  partitionId(topic, Number.parseInt(hash('sha256', key, 'hex').slice(0, 8), 16) % PARTITIONS_PER_TOPIC);

/**
 * Beside the partitions: what could not be used, each with the reason. Appended to and read like them, but without barriers, owners and a part in any
 * cut, and never trimmed.
 */
export const DEAD_LETTERS = 'dead.letters/0';

/** Where a record can lie in the log. */
export type LogPartition = PartitionId | typeof DEAD_LETTERS;

/** An offset for each partition that has one: the records before it are meant. A missing partition stands for 0. */
export type OffsetVector = Readonly<Partial<Record<PartitionId, number>>>;

/** The same for all that the log has, the dead letters included. */
export type LogOffsets = Readonly<Partial<Record<LogPartition, number>>>;

/** Offsets of a partition from `from` on, before `to`. */
export interface PartitionRange {
  readonly partition: PartitionId;
  readonly from: number;
  readonly to: number;
}

export const offsetAt = (offsets: LogOffsets, partition: LogPartition): number => offsets[partition] ?? 0;

/** Of each partition the higher offset. */
export const highestOffsets = (one: OffsetVector, other: OffsetVector): OffsetVector =>
  Object.fromEntries(PARTITIONS.map((partition) => [partition, Math.max(offsetAt(one, partition), offsetAt(other, partition))]));
