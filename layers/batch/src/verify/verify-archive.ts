/** Whether what landed of the log is still what landed. */
import { TOPICS } from '@rushes/domain';
import { CorruptObjectError, type Lake } from '@rushes/lake';
import type { EventLog, HashOptions } from '@rushes/ports';
import { isLost, landedFile, LOST_ARCHIVE_HINT, type LostFile, tellHeld } from '../archive/landed-files.ts';
import { landingBefore } from '../archive/landing.ts';
import { isInLog } from '../archive/mend-archive.ts';
import { type Archive, isSpent } from '../archive/opening.ts';
import { type Damage, lakeDamage } from './damage.ts';

export interface LostArchiveFile extends LostFile {
  /** Whether the log has all of its records. */
  readonly isInLog: boolean;
}

/** Files of landings that are lost, oldest first. Replaced ones are not, nor those that are gone by retention. Ends at a landing whose record cannot be read. */
export const findLostFiles = async (
  lake: Lake,
  log: EventLog | undefined,
  { last, opening }: Archive,
  options?: HashOptions,
): Promise<readonly LostArchiveFile[]> => {
  const lost: LostArchiveFile[] = [];
  for (let landing = last; landing && !isSpent(landing, opening); landing = await landingBefore(lake, landing))
    for (const topic of TOPICS) {
      const found = await landedFile(lake, landing, topic, options).catch((error: unknown) => {
        if (error instanceof CorruptObjectError) return undefined; // the record is reported by itself
        throw error;
      });
      if (found && isLost(found)) lost.push({ ...found, isInLog: log !== undefined && (await isInLog(log, found)) });
    }
  return lost.toReversed();
};

export const archiveDamage = (lost: LostArchiveFile): Damage => ({
  store: 'lake',
  name: lost.file.key,
  fault: lost.fault,
  holds: `the log's archive: ${tellHeld(lost)}`,
  way_out: lost.isInLog ? 'The next batch run archives it anew from the log, which still has all of it.' : LOST_ARCHIVE_HINT,
});

/** Files of the opening balance that are not what was sealed. */
export const damagedOpening = async (lake: Lake, { opening }: Archive): Promise<readonly Damage[]> => {
  const damages: Damage[] = [];
  for (const { key, ...file } of opening?.tables.flatMap(({ files }) => files) ?? []) {
    const fault = await lake.faultOf({ key, ...file });
    if (fault) damages.push(lakeDamage(key, fault, true));
  }
  return damages;
};
