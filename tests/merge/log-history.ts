/** The log as it was in the end, as plain lists: what of each movie's events counts before a position. Shares no code with what it checks. */
import { offsetAt, type OffsetVector, type PartitionId, PARTITIONS, type Topic, topicOf } from '@rushes/domain';
import type { EventLog } from '@rushes/ports';
import { readLog } from '@rushes/ports/contracts/read-log';

import type { Counted } from '../log-batch/plain-fold.ts';

const DAY_MS = 24 * 3_600_000;
const WINDOW_MS = 3 * DAY_MS;

export interface LogHistory {
  /** Whom events are about. */
  readonly movies: readonly string[];
  /** Events of a movie in a topic, oldest first, without duplicates. */
  events(movie: string, topic: Topic, position: OffsetVector): readonly Counted[];
  /** The partition of a movie's events in a topic, if there are any. */
  partitionOf(movie: string, topic: Topic): PartitionId | undefined;
  /** Records, barriers and duplicates too. */
  readonly records: number;
}

interface Lane {
  readonly partition: PartitionId;
  readonly events: Counted[];
}

const typed = (value: string): Pick<Counted, 'type' | 'payload'> | undefined => {
  try {
    return JSON.parse(value) as Counted; // as: tests and entrances wrote it
  } catch {
    return undefined;
  }
};

export const readHistory = async (log: EventLog): Promise<LogHistory> => {
  const lanes = new Map<string, Lane>();
  let count = 0;
  for (const partition of PARTITIONS) {
    const seenMs = new Map<string, number>();
    let epoch = 1;
    let [countedMs, beforeMs] = [0, Number.POSITIVE_INFINITY];
    for (const record of await readLog(log, partition)) {
      count += 1;
      countedMs += Math.min(Math.max(0, record.appendedAtMs - beforeMs), DAY_MS); // a longer step counts as a day
      beforeMs = record.appendedAtMs;
      if (record.kind === 'barrier') {
        epoch = Math.max(epoch, record.number + 1);
        continue;
      }
      const { id, key, offset } = record;
      const lastMs = seenMs.get(id);
      seenMs.set(id, countedMs);
      const event = typed(record.value);
      if (event === undefined || (lastMs !== undefined && countedMs - lastMs <= WINDOW_MS)) continue;
      const place = { at_ms: Date.parse(String(event.payload['at'])), epoch, offset };
      const name = `${key} ${topicOf(partition)}`;
      const lane = lanes.get(name) ?? { partition, events: [] };
      lanes.set(name, lane);
      lane.events.push({
        type: event.type,
        payload: event.payload,
        movie: key,
        place,
        record: { partition, id, appendedAtMs: record.appendedAtMs },
      });
    }
  }
  return {
    movies: [...new Set([...lanes.keys()].map((name) => name.split(' ')[0] ?? ''))],
    events(movie, topic, position) {
      const lane = lanes.get(`${movie} ${topic}`);
      return lane?.events.filter(({ place }) => place.offset < offsetAt(position, lane.partition)) ?? [];
    },
    partitionOf: (movie, topic) => lanes.get(`${movie} ${topic}`)?.partition,
    records: count,
  };
};
