/**
 * Bronze of the log: records as they lie in it, landed before anything else of a run and whatever becomes of the rest. A run archives from where the
 * archive ends up to its own barrier, which it finds by reading; nothing is taken for archived that was not read, or found to be gone. What was gone from
 * the log before it landed is a gap for ever: the landing says so.
 */
import { mkdir } from 'node:fs/promises';
import { type OffsetVector, PARTITIONS, type PartitionId, type Topic, topicOf, TOPICS } from '@rushes/domain';
import type { TableFile } from '@rushes/ports/manifest';
import type { EventLog } from '@rushes/ports';
import type { RunContext } from '../context/run-context.ts';
import { ARCHIVE_COLUMNS, archiveRow } from './archive-rows.ts';
import { type Barrier, missingBarrierError, type PlacedCut } from './cut.ts';
import { type JsonLines, openJsonLines } from './json-lines.ts';
import { ARCHIVE, type LandedPartition, landedOf, type Landing, landingKey, lastLanding } from './landing.ts';
import { readUnlanded } from './read-unlanded.ts';
import { storeLines } from './store-lines.ts';

/** Barriers alone wait this long, by the log's time: a run without events leaves no files behind, and none leaves the log before it landed. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

interface Staged extends PlacedCut {
  readonly partitions: Readonly<Record<PartitionId, LandedPartition>>;
  readonly lines: Readonly<Record<Topic, JsonLines>>;
  readonly events: number;
  /** Whether there is anything that has to land now. */
  readonly isDue: boolean;
}

export interface ArchivedLog extends PlacedCut {
  /** The archive's last landing. */
  readonly last: Landing | undefined;
  readonly landedEvents: number;
}

/**
 * Brings all records before the run's barrier into the archive, as far as they are not there yet.
 * @param before the last landing from before the barrier was appended: it does not reach as far as the barrier.
 */
export const archiveLog = async (
  context: RunContext,
  log: EventLog,
  barrier: Barrier,
  before: Landing | undefined,
): Promise<ArchivedLog> => {
  const { lake, now } = context;
  let landedEvents = 0;
  let placed: PlacedCut | undefined;
  for (let last = before; ; last = await lastLanding(lake, last?.number)) {
    const staged = await stage(context, log, last, barrier, placed);
    placed ??= { cut: staged.cut, overtakenBy: staged.overtakenBy };
    if (!staged.isDue) {
      for (const lines of Object.values(staged.lines)) lines.destroy();
      return { ...placed, last, landedEvents };
    }
    const files: Record<string, TableFile> = {};
    for (const topic of TOPICS) {
      const file = await storeLines(context, staged.lines[topic], `${ARCHIVE}/${topic}`, ARCHIVE_COLUMNS);
      if (file) files[topic] = file;
    }
    const number = (last?.number ?? 0) + 1;
    const { partitions } = staged;
    const landing: Landing = { format: 1, number, version: barrier.number, landedAt: now().toISOString(), files, partitions };
    // Of runs that land at once one gets the number; the others go on from where it ended.
    if (await lake.putJsonIfAbsent(landingKey(number), landing)) landedEvents += staged.events;
  }
};

/** @param placed what an earlier reading found: the barrier may lie before the end of the archive by now. */
const stage = async (
  { lake, signal }: RunContext,
  log: EventLog,
  last: Landing | undefined,
  barrier: Barrier,
  placed: PlacedCut | undefined,
): Promise<Staged> => {
  await mkdir(lake.scratchPath('log'), { recursive: true });
  const lines = Object.fromEntries(
    TOPICS.map((topic) => [topic, openJsonLines(lake.scratchPath(`log/${topic}.${last?.number ?? 0}.jsonl`))]),
  ) as Record<Topic, JsonLines>; // as: one for each topic
  const partitions: Partial<Record<PartitionId, LandedPartition>> = {};
  const cut: Partial<Record<PartitionId, number>> = { ...placed?.cut };
  let overtakenBy = placed?.overtakenBy;
  let events = 0;
  let gaps = 0;
  let [oldestMs, newestMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  try {
    for (const partition of PARTITIONS) {
      const before = landedOf(last, partition);
      const out = lines[topicOf(partition)];
      const { landed, barrierAt } = await readUnlanded(log, partition, before, {
        barrier,
        cut: placed?.cut[partition],
        signal,
        async keep(records) {
          for (const record of records) {
            out.add(archiveRow(partition, record));
            if (record.kind === 'event') events += 1;
            oldestMs = Math.min(oldestMs, record.appendedAtMs);
            newestMs = Math.max(newestMs, record.appendedAtMs);
          }
          await out.flush();
        },
      });
      if (barrierAt === undefined) throw missingBarrierError(log, partition, barrier);
      cut[partition] = barrierAt;
      if (!placed && landed.highestBarrier > barrier.number) overtakenBy ??= { number: landed.highestBarrier, partition };
      gaps += landed.gaps.length - before.gaps.length;
      partitions[partition] = landed;
    }
  } catch (error) {
    for (const one of Object.values(lines)) one.destroy();
    throw error;
  }
  // The number of a barrier that is higher than the run's has to be known to whoever takes the next number.
  const isTold = PARTITIONS.every((partition) => landedOf(last, partition).highestBarrier >= (partitions[partition]?.highestBarrier ?? 0));
  const isDue = events > 0 || gaps > 0 || newestMs - oldestMs >= LONGEST_WAIT_MS || (overtakenBy !== undefined && !isTold);
  return { partitions: partitions as Staged['partitions'], lines, cut: cut satisfies OffsetVector, overtakenBy, events, isDue }; // as: every partition was read
};
