/** What following and ranges have in common: a connection of their own to each leader, what codes of a partition mean, and records in pieces. */
import { DEAD_LETTERS, type LogPartition, topicOf } from '@rushes/domain';
import { type LogRecord, LogTruncatedError, OffsetTrimmedError, RecordDamagedError } from '@rushes/ports';

import type { Values } from './avro/values.ts';
import type { Cluster } from './cluster.ts';
import { type FetchedPartition, fetchOnce, type Position } from './fetch.ts';
import type { Link } from './link.ts';
import { EARLIEST, everywhere, LATEST, listOffsets } from './offsets.ts';
import type { KafkaLimits } from './options.ts';
import { logRecord } from './records.ts';

export interface Reading {
  readonly cluster: Cluster;
  readonly values: Values;
  readonly limits: KafkaLimits;
  /** Whether followers are given where records stand in traces. */
  readonly traces: boolean;
  /** Aborts when the log is closed. */
  readonly closing: AbortSignal;
}

/** So long a reader waits before it tries again. */
export const RETRY_MS = 100;

export const checkOffset = (offset: number): void => {
  if (!Number.isSafeInteger(offset) || offset < 0) throw new RangeError(`an offset is an integer from 0 on, not ${offset}`);
};

/** The topic of a partition for its values; dead letters are texts. */
const prepareValues = async ({ values }: Reading, { partition, records }: FetchedPartition): Promise<void> => {
  if (partition !== DEAD_LETTERS)
    await values.prepare(
      topicOf(partition),
      records.map(({ value }) => value),
    );
};

export interface Fetcher {
  fetch(positions: ReadonlyMap<LogPartition, Position>, waitMs: number): Promise<readonly FetchedPartition[]>;
  /** Ends it and what it waits for. */
  drop(): void;
}

/** Fetches from one leader, on a connection of its own, which is made anew when it was lost, and then compared with the log's identity. */
export const leaderFetcher = ({ cluster, limits }: Reading, node: number): Fetcher => {
  let link: Link | undefined;
  let isDropped = false;
  const connect = async (): Promise<Link> => {
    const opened = await cluster.newLink(node, limits.waitMs + limits.requestTimeoutMs);
    link = opened;
    if (isDropped) opened.drop();
    await cluster.verify(opened);
    return opened;
  };
  return {
    fetch: async (positions, waitMs) =>
      fetchOnce(cluster, link?.isOpen() === true ? link : await connect(), positions, { ...limits, waitMs }),
    drop: () => {
      isDropped = true;
      link?.drop();
    },
  };
};

/** Why a partition cannot be read from an offset; `undefined`: it can. */
export const outOfRange = async (
  { cluster, limits }: Reading,
  partition: LogPartition,
  offset: number,
): Promise<OffsetTrimmedError | LogTruncatedError | undefined> => {
  const [earliest, next] = await Promise.all(
    [EARLIEST, LATEST].map(
      async (time) => (await listOffsets(cluster, everywhere([partition], time), limits.requestTimeoutMs)).get(partition) ?? 0,
    ),
  );
  if (earliest !== undefined && offset < earliest) return new OffsetTrimmedError(cluster.location, partition, offset, earliest);
  return next !== undefined && offset > next ? new LogTruncatedError(cluster.location, partition, offset, next) : undefined;
};

/** What keeps a partition from being read on, as an answer says it: only once there is nothing before it. */
export const answeredFault = (
  { cluster }: Reading,
  { partition, divergedAt, damagedAt, next }: FetchedPartition,
  offset: number,
): LogTruncatedError | RecordDamagedError | undefined => {
  if (divergedAt !== undefined) return new LogTruncatedError(cluster.location, partition, offset, divergedAt);
  if (damagedAt === undefined || next.offset > offset) return undefined;
  return new RecordDamagedError(cluster.location, partition, Math.max(offset, damagedAt), WAY_OUT);
};

const WAY_OUT = 'see whether another replica has it as it was; else restore the log as for one that is lost';

export interface Piece {
  readonly partition: LogPartition;
  readonly records: readonly LogRecord[];
  readonly next: number;
}

/** So that decoding does not hold up the process, nor one partition the others. */
const RECORDS_PER_PIECE = 500;

/** What was fetched as records of the log, piece by piece, the partitions in turn. @param traces whether they say where they stand in traces. */
export const piecesOf = async function* (
  reading: Reading,
  fetched: readonly FetchedPartition[],
  traces: boolean,
): AsyncGenerator<Piece, void, undefined> {
  const left = new Map(fetched.map((one) => [one, 0]));
  for (const one of fetched) await prepareValues(reading, one);
  while (left.size > 0)
    for (const [one, from] of left) {
      const to = from + RECORDS_PER_PIECE;
      const records = one.records.slice(from, to).map((record) => logRecord(reading.values, one.partition, record, traces));
      const isLast = to >= one.records.length;
      if (isLast) left.delete(one);
      else left.set(one, to);
      yield { partition: one.partition, records, next: isLast ? one.next.offset : (records.at(-1)?.offset ?? 0) + 1 };
    }
};
