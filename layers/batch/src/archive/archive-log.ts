/**
 * Bronze of the log: records as they lie in it, landed before anything else of a run and whatever becomes of the rest. What was gone from the log before
 * it landed is a gap for ever: the landing says so.
 */
import { mkdir } from 'node:fs/promises';
import { duplicateClock, offsetAt, type OffsetVector, PARTITIONS, type PartitionId, type Topic, topicOf, TOPICS } from '@rushes/domain';
import type { TableFile } from '@rushes/lake';
import { type EventLog, type LogRecord, OffsetTrimmedError } from '@rushes/ports';
import type { RunContext } from '../context/run-context.ts';
import { ARCHIVE_COLUMNS, archiveRow } from './archive-rows.ts';
import { type JsonLines, openJsonLines } from './json-lines.ts';
import { ARCHIVE, type Gap, type LandedPartition, landedOf, type Landing, landingKey, lastLanding } from './landing.ts';
import { storeLines } from './store-lines.ts';

const READ_RECORDS = 2000;

/** Barriers alone wait this long, by the log's time: a run without events leaves no files behind, and none leaves the log before it landed. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

interface Staged {
  readonly partitions: Readonly<Record<PartitionId, LandedPartition>>;
  readonly lines: Readonly<Record<Topic, JsonLines>>;
  readonly events: number;
  /** Whether there is anything that has to land now. */
  readonly isDue: boolean;
}

/** Brings all records before `cut` into the archive, as far as they are not there yet. Returns its last landing. `known`: see `lastLanding`. */
export const archiveLog = async (
  context: RunContext,
  log: EventLog,
  version: number,
  cut: OffsetVector,
  known: number,
): Promise<{ readonly last: Landing | undefined; readonly landedEvents: number }> => {
  const { lake, now } = context;
  let landedEvents = 0;
  for (let last = await lastLanding(lake, known); ; last = await lastLanding(lake, last?.number)) {
    const staged = await stage(context, log, last, cut);
    if (!staged.isDue) {
      for (const lines of Object.values(staged.lines)) lines.destroy();
      return { last, landedEvents };
    }
    const files: Record<string, TableFile> = {};
    for (const topic of TOPICS) {
      const file = await storeLines(context, staged.lines[topic], `${ARCHIVE}/${topic}`, ARCHIVE_COLUMNS);
      if (file) files[topic] = file;
    }
    const number = (last?.number ?? 0) + 1;
    const landing: Landing = { format: 1, number, version, landedAt: now().toISOString(), files, partitions: staged.partitions };
    // Of runs that land at once one gets the number; the others go on from where it ended.
    if (await lake.putJsonIfAbsent(landingKey(number), landing)) landedEvents += staged.events;
  }
};

const stage = async ({ lake, signal }: RunContext, log: EventLog, last: Landing | undefined, cut: OffsetVector): Promise<Staged> => {
  await mkdir(lake.scratchPath('log'), { recursive: true });
  const lines = Object.fromEntries(
    TOPICS.map((topic) => [topic, openJsonLines(lake.scratchPath(`log/${topic}.${last?.number ?? 0}.jsonl`))]),
  ) as Record<Topic, JsonLines>; // as: one for each topic
  const partitions: Partial<Record<PartitionId, LandedPartition>> = {};
  let events = 0;
  let gaps = 0;
  let [oldestMs, newestMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  try {
    for (const partition of PARTITIONS) {
      const before = landedOf(last, partition);
      const out = lines[topicOf(partition)];
      const landed = await readRange(log, partition, before, offsetAt(cut, partition), async (records) => {
        signal.throwIfAborted();
        for (const record of records) {
          out.add(archiveRow(partition, record));
          if (record.kind === 'event') events += 1;
          oldestMs = Math.min(oldestMs, record.appendedAtMs);
          newestMs = Math.max(newestMs, record.appendedAtMs);
        }
        await out.flush();
      });
      gaps += landed.gaps.length - before.gaps.length;
      partitions[partition] = landed;
    }
  } catch (error) {
    for (const one of Object.values(lines)) one.destroy();
    throw error;
  }
  const isDue = events > 0 || gaps > 0 || newestMs - oldestMs >= LONGEST_WAIT_MS;
  return { partitions: partitions as Staged['partitions'], lines, events, isDue }; // as: every partition was read
};

/** Reads a partition from where the archive ends up to the cut. */
const readRange = async (
  log: EventLog,
  partition: PartitionId,
  before: LandedPartition,
  to: number,
  keep: (records: readonly LogRecord[]) => Promise<void>,
): Promise<LandedPartition> => {
  const gaps: Gap[] = [...before.gaps];
  let { highestBarrier, timeMs, countedMs = 0 } = before;
  const clock = duplicateClock(before.to === 0 ? undefined : timeMs);
  const begunMs = countedMs;
  let offset = before.to;
  while (offset < to) {
    let records: readonly LogRecord[];
    try {
      records = (await log.read(partition, offset, READ_RECORDS)).filter((record) => record.offset < to);
    } catch (error) {
      if (!(error instanceof OffsetTrimmedError) || error.earliest <= offset) throw error;
      const end = Math.min(error.earliest, to);
      highestBarrier = Math.max(highestBarrier, await log.highestBarrierBefore(partition, end));
      gaps.push({ from: offset, to: end, highestBarrier });
      offset = end;
      continue;
    }
    const end = records.at(-1);
    if (!end) break;
    await keep(records);
    for (const record of records) {
      timeMs = Math.max(timeMs, record.appendedAtMs);
      countedMs = begunMs + clock(record.appendedAtMs);
      if (record.kind === 'barrier') highestBarrier = Math.max(highestBarrier, record.number);
    }
    offset = end.offset + 1;
  }
  return { from: before.to, to: Math.max(before.to, to), highestBarrier, timeMs, countedMs, gaps };
};
