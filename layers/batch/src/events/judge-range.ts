/**
 * Silver of a range of the log. Invariant: every event of the range is typed once, or a duplicate, or in quarantine; epochs follow from the barriers
 * before each record.
 */
import { mkdir } from 'node:fs/promises';
import { type DuplicateFilter, judgeEvent, type PartitionId, type Topic, topicOf, TOPICS } from '@rushes/domain';
import type { TableFile } from '@rushes/ports/manifest';
import type { DuplicateFilters } from '@rushes/ports';
import type { RunContext } from '../context/run-context.ts';
import type { ArchivedRange } from '../archive/archived-records.ts';
import { EVENT_QUARANTINE, EVENT_TABLES } from '../models/event-tables.ts';
import { type JsonLines, openJsonLines } from '../archive/json-lines.ts';
import { storeLines } from '../archive/store-lines.ts';

/** What became of the events of a topic. */
export interface EventCounts {
  readonly archived: number;
  readonly duplicates: number;
  readonly quarantined: number;
}

export interface JudgedRanges {
  /** New files of each topic's table, by partition and offset. */
  readonly files: Readonly<Partial<Record<Topic, TableFile>>>;
  readonly quarantine: TableFile | undefined;
  readonly counts: Readonly<Partial<Record<Topic, EventCounts>>>;
}

/** @param ranges of all topics, in any order; each partition at most once. */
export const judgeRanges = async (
  context: RunContext,
  filters: DuplicateFilters,
  ranges: readonly ArchivedRange[],
): Promise<JudgedRanges> => {
  await mkdir(context.lake.scratchPath('silver-events'), { recursive: true });
  const path = (name: string): string => context.lake.scratchPath(`silver-events/${name}.jsonl`);
  const rejected = openJsonLines(path('quarantine'));
  const files: Partial<Record<Topic, TableFile>> = {};
  const counts: Partial<Record<Topic, EventCounts>> = {};
  try {
    for (const topic of TOPICS) {
      const own = ranges.filter(({ partition }) => topicOf(partition) === topic);
      if (own.length === 0) continue;
      const typed = openJsonLines(path(topic));
      try {
        const before = rejected.rows;
        const total = { archived: 0, duplicates: 0 };
        for (const range of own) {
          const events = await range.countEvents();
          if (events === 0) continue; // nothing to know of the window before
          total.archived += events;
          const filter = filters.open(range.timeMs);
          try {
            total.duplicates += await judgePartition(range, filter, typed, rejected);
          } finally {
            filter.close();
          }
        }
        counts[topic] = { ...total, quarantined: rejected.rows - before };
        const file = await storeLines(context, typed, EVENT_TABLES[topic].name.replace('.', '/'), EVENT_TABLES[topic].columns);
        if (file) files[topic] = file;
      } finally {
        typed.destroy();
      }
    }
    const quarantine = await storeLines(context, rejected, EVENT_QUARANTINE.name.replace('.', '/'), EVENT_QUARANTINE.columns);
    return { files, quarantine, counts };
  } finally {
    rejected.destroy();
  }
};

/** Returns the number of duplicates. */
const judgePartition = async (range: ArchivedRange, filter: DuplicateFilter, typed: JsonLines, rejected: JsonLines): Promise<number> => {
  const { partition } = range;
  const topic = topicOf(partition);
  let { highestBarrier } = range;
  for await (const records of range.known()) {
    for (const { b, id, t } of records) {
      if (b === null) {
        filter.isDuplicate(id, t);
        continue;
      }
      filter.passBarrier(t);
      highestBarrier = Math.max(highestBarrier, b);
    }
  }
  let duplicates = 0;
  for await (const records of range.records()) {
    for (const record of records) {
      if (record.b !== null) {
        filter.passBarrier(record.t);
        highestBarrier = Math.max(highestBarrier, record.b);
      } else if (filter.isDuplicate(record.id, record.t)) duplicates += 1;
      else judge(partition, topic, record, 1 + Math.max(highestBarrier, range.highestLost(record.o)), typed, rejected);
    }
    await typed.flush();
    await rejected.flush();
  }
  return duplicates;
};

const judge = (
  partition: PartitionId,
  topic: Topic,
  {
    o: offset,
    t: appendedAtMs,
    id,
    key,
    value,
  }: { readonly o: number; readonly t: number; readonly id: string; key: string; value: string },
  epoch: number,
  typed: JsonLines,
  rejected: JsonLines,
): void => {
  const judged = judgeEvent(value, { topic, key, appendedAtMs });
  if ('fault' in judged) rejected.add({ partition, offset, id, reason: judged.fault, raw: value });
  else typed.add({ ...judged.row, partition, offset, epoch, appended_at_ms: appendedAtMs, id });
};
