/**
 * The log: partitions of events and barriers. Records are kept for ever here, so that the reference can see them;
 * `trimmed` and `archived` say what the layers may still read.
 */
import type { Rules } from './rules.ts';

export type Topic = 'rating' | 'edit' | 'observation';

/** What a producer sends. A retry is the same once more. */
export interface Event {
  readonly id: string;
  readonly topic: Topic;
  readonly movie: number;
  /** Rating, group or popularity. 9 is invalid. */
  readonly value: number;
  /** Event time in hours. */
  readonly time: number;
}

/** `appended`: in minutes, by the clock of the process that appended it, which may step ahead and back. */
export type LogRecord =
  | (Event & { readonly kind: 'event'; readonly appended: number })
  | { readonly kind: 'barrier'; readonly number: number; readonly appended: number };

export interface Partition {
  readonly records: LogRecord[];
  /** By offset: when it was appended. */
  readonly trueTimes: number[];
  /** By offset: landed in bronze. */
  readonly archived: boolean[];
  /** First offset that the log still has. */
  trimmed: number;
}

/** Two partitions of ratings, one of what concerns titles: edits and observations. */
export const PARTITIONS = [0, 1, 2] as const;
export const TITLES = 2;
export const MOVIES = [0, 1, 2] as const;

/** All of a movie's events of a topic lie in one partition. */
export const partitionOf = ({ topic, movie }: Event): number => (topic === 'rating' ? movie % 2 : TITLES);

/** A range of offsets, `to` exclusive. */
export interface Range {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

export interface Span {
  readonly epoch: number;
  readonly start: number;
  /** After the barrier that closed it. */
  readonly end?: number;
  /** Number of that barrier. */
  readonly closedBy?: number;
}

/** The epochs of a partition, the open one last: 1 + the highest barrier before. */
export const epochsOf = (rules: Rules, records: readonly LogRecord[]): readonly Span[] => {
  const spans: Span[] = [];
  let highest = 0;
  let start = 0;
  records.forEach((record, offset) => {
    if (record.kind !== 'barrier') return;
    if (rules.ignoreLowerBarriers ? record.number <= highest : record.number === highest) return;
    spans.push({ epoch: highest + 1, start, end: offset + 1, closedBy: record.number });
    highest = record.number;
    start = offset + 1;
  });
  return [...spans, { epoch: highest + 1, start }];
};

/** Readable in the log or in the archive. */
export const isReadable = (partition: Partition, offset: number): boolean =>
  offset >= partition.trimmed || (partition.archived[offset] ?? false);

export const highestBarrier = (partitions: readonly Partition[]): number =>
  Math.max(0, ...partitions.flatMap(({ records }) => records.map((record) => (record.kind === 'barrier' ? record.number : 0))));
