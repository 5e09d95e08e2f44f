/**
 * Reads a partition's range out of the archive, in the order of offsets, after what has to be known of the records before it: their ids of the window in which duplicates lie, the
 * highest barrier, and how far time had come. The log itself is not asked: what is judged is what is kept.
 */
import { type PartitionId, type PartitionRange, topicOf } from '@rushes/domain';
import { hashJson, type Lake } from '@rushes/lake';
import { quoteLiteral } from '@rushes/ports/batch-engine';
import type { TableFile } from '@rushes/ports/manifest';
import type { RunContext } from '../context/run-context.ts';
import { ARCHIVE_COLUMNS } from './archive-rows.ts';
import { isLost, landedFile, lostArchiveError } from './landed-files.ts';
import { type Gap, type LandedPartition, landedOf, type Landing, landingBefore } from './landing.ts';
import { isInWindow } from './landed-window.ts';
import { type Archive, isSpent, spentError } from './opening.ts';

/** A record as it was archived. Names are short because there are many. */
export interface ArchivedRecord {
  /** Offset. */
  readonly o: number;
  /** Append time in milliseconds. */
  readonly t: number;
  /** A barrier's number; `null` for an event. */
  readonly b: number | null;
  readonly id: string;
  readonly key: string;
  readonly value: string;
}

export type KnownRecord = Pick<ArchivedRecord, 'o' | 't' | 'b' | 'id'>;

export interface ArchivedRange extends PartitionRange {
  /** Before the first of `known`. */
  readonly highestBarrier: number;
  /** The highest barrier among those that were gone before they landed and stood before this offset. */
  highestLost(offset: number): number;
  readonly timeMs: number;
  known(): AsyncIterable<readonly KnownRecord[]>;
  records(): AsyncIterable<readonly ArchivedRecord[]>;
  /** The number of events in the range, counted apart from reading them. */
  countEvents(): Promise<number>;
}

/** The landings that these ranges and the window before each need, oldest first, and the one before all of them, if there is one. */
export const landingsFor = async (
  lake: Lake,
  last: Landing | undefined,
  ranges: readonly PartitionRange[],
): Promise<{ readonly base: Landing | undefined; readonly needed: readonly Landing[] }> => {
  const needed: Landing[] = [];
  const ends = new Map<PartitionId, LandedPartition>();
  for (let landing = last; landing; landing = await landingBefore(lake, landing)) {
    let isNeeded = false;
    for (const { partition, from } of ranges) {
      const landed = landedOf(landing, partition);
      if (landed.to <= from && !ends.has(partition)) ends.set(partition, landed);
      const end = ends.get(partition);
      isNeeded ||= landed.to > from || end === undefined || isInWindow(landed, end);
    }
    // It only says how things stood.
    if (!isNeeded) return { base: landing, needed: needed.toReversed() };
    needed.push(landing);
  }
  return { base: undefined, needed: needed.toReversed() };
};

/** @throws TerminalError for what lies before the archive's opening balance. */
export const openArchivedRanges = async (
  context: RunContext,
  { last, opening }: Archive,
  ranges: readonly PartitionRange[],
): Promise<readonly ArchivedRange[]> => {
  if (ranges.length === 0) return [];
  const { base, needed } = await landingsFor(context.lake, last, ranges);
  if (opening && needed.some((landing) => isSpent(landing, opening))) throw spentError(context.lake, opening);
  return ranges.map((range) => openRange(context, base, needed, range, landedOf(last, range.partition).gaps));
};

const openRange = (
  context: RunContext,
  base: Landing | undefined,
  landings: readonly Landing[],
  range: PartitionRange,
  gaps: readonly Gap[],
): ArchivedRange => {
  const { engine, signal, lake } = context;
  const { partition, from, to } = range;
  const topic = topicOf(partition);
  const filled = landings.filter((landing) => {
    const landed = landedOf(landing, partition);
    return landing.files[topic] !== undefined && landed.to > landed.from;
  });
  const behind = landings.filter((landing) => landedOf(landing, partition).to <= from);
  const end = landedOf(behind.at(-1), partition);
  // Other partitions may need older ones.
  const last = behind.findLastIndex((landing) => !isInWindow(landedOf(landing, partition), end));
  const standing = last === -1 ? base : behind[last];
  const young = new Set(behind.slice(last + 1));
  const earlier = filled.filter((landing) => young.has(landing));
  const own = filled.filter((landing) => landedOf(landing, partition).to > from && landedOf(landing, partition).from < to);

  const fromFiles = async (of: typeof own): Promise<string> => {
    const files: TableFile[] = [];
    for (const landing of of) {
      const file = await landedFile(lake, landing, topic);
      if (file && isLost(file)) throw lostArchiveError(lake, file);
      if (file) files.push(file);
    }
    // Named by its content: streams over other files may be under way.
    const name = `scratch.archived_${hashJson(files.map(({ sha256 }) => sha256)).slice(0, 16)}`;
    await engine.defineTable({ name, columns: ARCHIVE_COLUMNS, files });
    return `FROM ${name} WHERE "partition" = ${quoteLiteral(partition)}`;
  };
  const stream = async function* <Row extends KnownRecord>(
    files: typeof own,
    columns: string,
    where: string,
  ): AsyncIterable<readonly Row[]> {
    if (files.length === 0) return;
    const select = `SELECT CAST(to_json({${columns}}) AS VARCHAR) ${await fromFiles(files)} AND ${where}`;
    let offset = -1;
    for await (const texts of engine.streamText(select, signal)) {
      const rows = texts.map((text) => JSON.parse(text) as Row); // as: the columns selected
      for (const { o } of rows) {
        if (o <= offset) throw new Error(`${partition}: offset ${o} came after ${offset} out of the archive`);
        offset = o;
      }
      yield rows;
    }
  };
  const known = `'o': "offset", 't': appended_at_ms, 'b': barrier, 'id': id`;
  const before = landedOf(standing, partition);
  return {
    ...range,
    highestBarrier: before.highestBarrier,
    highestLost: (offset) => Math.max(0, ...gaps.filter((gap) => gap.to <= offset).map((gap) => gap.highestBarrier)),
    timeMs: standing ? before.timeMs : Number.NEGATIVE_INFINITY,
    async *known() {
      yield* stream<KnownRecord>([...earlier, ...own], known, `"offset" < ${from}`);
    },
    records: () => stream<ArchivedRecord>(own, `${known}, 'key': key, 'value': value`, `"offset" >= ${from} AND "offset" < ${to}`),
    async countEvents() {
      if (own.length === 0) return 0;
      const where = `kind = 'event' AND "offset" >= ${from} AND "offset" < ${to}`;
      const [row] = await engine.rows(`SELECT count(*) AS events ${await fromFiles(own)} AND ${where}`);
      return Number(row?.['events']);
    },
  };
};
