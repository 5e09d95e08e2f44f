/**
 * What of the archive is lost and what the log still has is archived anew, so that the log may forget it. Files are compared with what landed as far back
 * as the log reaches; older ones when somebody reads them.
 */
import { mkdir } from 'node:fs/promises';
import { offsetAt, type OffsetVector, PARTITIONS, type Topic, TOPICS, topicOf } from '@rushes/domain';
import type { Lake } from '@rushes/lake';
import type { TableFile } from '@rushes/ports/manifest';
import { type EventLog } from '@rushes/ports';
import type { RunContext } from '../context/run-context.ts';
import { ARCHIVE_COLUMNS, archiveRow } from './archive-rows.ts';
import { openJsonLines } from './json-lines.ts';
import { heldBy, isLost, landedFile, type LostFile, putReplacement, tellHeld } from './landed-files.ts';
import { ARCHIVE, landedOf, type Landing, landedUpTo, landingBefore } from './landing.ts';
import { type Archive, isSpent } from './opening.ts';
import { storeLines } from './store-lines.ts';

/** The landings that have records which the log may still have, newest first; not those whose files are gone by retention. */
const landingsInLog = async function* (lake: Lake, log: EventLog | undefined, { last, opening }: Archive): AsyncGenerator<Landing> {
  // Without a log, nothing has left it.
  const earliest = log ? (await log.bounds()).earliest : {};
  for (let landing = last; landing && !isSpent(landing, opening); landing = await landingBefore(lake, landing)) {
    const current = landing;
    if (PARTITIONS.every((partition) => landedOf(current, partition).to <= offsetAt(earliest, partition))) return;
    yield landing;
  }
};

/** Whether the log has everything that a lost file held. */
export const isInLog = async (log: EventLog, { landing, topic }: Pick<LostFile, 'landing' | 'topic'>): Promise<boolean> => {
  const bounds = await log.bounds();
  return heldBy(landing, topic).every(
    ({ partition, from, to }) => offsetAt(bounds.earliest, partition) <= from && offsetAt(bounds.next, partition) >= to,
  );
};

const archiveAnew = async (context: RunContext, log: EventLog, lost: LostFile): Promise<TableFile | undefined> => {
  const { lake, signal } = context;
  await mkdir(lake.scratchPath('log'), { recursive: true });
  const lines = openJsonLines(lake.scratchPath(`log/anew-${lost.landing.number}-${lost.topic}.jsonl`));
  try {
    for (const { partition, from, to } of heldBy(lost.landing, lost.topic))
      for await (const records of log.range(partition, from, to, { signal })) {
        for (const record of records) lines.add(archiveRow(partition, record));
        await lines.flush();
      }
    if (lines.rows !== lost.file.rows)
      throw new Error(`the log has ${lines.rows} of the ${lost.file.rows} records that ${lost.file.key} held`);
  } catch (error) {
    lines.destroy();
    throw error;
  }
  return storeLines(context, lines, `${ARCHIVE}/${lost.topic}`, ARCHIVE_COLUMNS);
};

/** Archives anew what is lost and in the log. Returns how many files that were. What cannot be mended stays lost: whoever needs it is told. */
export const mendArchive = async (context: RunContext, log: EventLog, version: number, archive: Archive): Promise<number> => {
  const { lake, logger, signal, now } = context;
  let mended = 0;
  for await (const landing of landingsInLog(lake, log, archive))
    for (const topic of TOPICS) {
      const found = await landedFile(lake, landing, topic);
      if (!found || !isLost(found)) continue;
      const about = { file: found.file.key, fault: found.fault, landing: landing.number };
      try {
        if (!(await isInLog(log, found))) continue;
        const file = await archiveAnew(context, log, found);
        if (!file) continue;
        await putReplacement(lake, found, file, version, now());
        mended += 1;
        logger.warn({ ...about, replaced_by: file.key }, `archived anew from the log: ${tellHeld(found)}`);
      } catch (err) {
        if (signal.aborted) throw err;
        logger.error({ ...about, err }, `could not archive anew from the log: ${tellHeld(found)}`);
      }
    }
  return mended;
};

/** What of the log is in sound files of the archive: the log may forget the records before these offsets. */
export const soundlyLandedUpTo = async (lake: Lake, log: EventLog | undefined, archive: Archive): Promise<OffsetVector> => {
  const upTo = new Map(PARTITIONS.map((partition) => [partition, offsetAt(landedUpTo(archive.last), partition)]));
  const keep = (topic: Topic, landing: Landing): void => {
    for (const partition of PARTITIONS)
      if (topicOf(partition) === topic) upTo.set(partition, Math.min(upTo.get(partition) ?? 0, landedOf(landing, partition).from));
  };
  for await (const landing of landingsInLog(lake, log, archive))
    for (const topic of TOPICS) {
      const found = await landedFile(lake, landing, topic);
      if (found && isLost(found)) keep(topic, landing);
    }
  return Object.fromEntries(upTo);
};
