import { setImmediate } from 'node:timers/promises';
import { offsetAt, type OffsetVector } from '@rushes/domain';
import type { LogFile } from './log-file.ts';
import { offsetFinder } from './read.ts';
import { forgetTraces } from './record-traces.ts';
import { positionOf } from './schema.ts';

/** Removes records in steps short enough not to hold up appends. A partition's first offset moves in the same transaction. */
const RECORDS_PER_STEP = 1_000;

export interface Trimming {
  /** Records from these offsets on stay. */
  readonly keepFrom: OffsetVector;
  /** So do those that were appended at this time or later. */
  readonly keepFromMs: number;
  readonly isClosed: () => boolean;
}

/** Returns how many records were removed. */
export const trimmer = (file: LogFile): ((trimming: Trimming) => Promise<number>) => {
  const offsetAtTime = offsetFinder(file);
  const remove = file.database.prepare('DELETE FROM records WHERE position >= ? AND position < ?');
  const readEarliest = file.database.prepare('SELECT earliest FROM partitions WHERE number = ?');
  const writeEarliest = file.database.prepare('UPDATE partitions SET earliest = ? WHERE number = ?');

  const removable = (partition: number, { keepFrom, keepFromMs }: Trimming) => {
    const name = file.partitions.get(partition);
    const wanted = name === undefined ? 0 : offsetAt(keepFrom, name);
    const earliest = Number(readEarliest.get(partition)?.['earliest']);
    return { earliest, end: Math.min(wanted, offsetAtTime(partition, keepFromMs), earliest + RECORDS_PER_STEP) };
  };
  /** Returns how many records were removed; `undefined` where nothing more is to be. */
  const step = async (partition: number, trimming: Trimming): Promise<number | undefined> => {
    const isAny = await file.reading(() => {
      const { earliest, end } = removable(partition, trimming);
      return end > earliest;
    });
    if (!isAny) return undefined;
    return file.writing(() => {
      const { earliest, end } = removable(partition, trimming);
      if (end <= earliest) return undefined;
      writeEarliest.run(end, partition);
      forgetTraces(file, partition, end);
      return Number(remove.run(positionOf(partition, earliest), positionOf(partition, end)).changes);
    });
  };

  return async (trimming) => {
    let removed = 0;
    for (const partition of file.partitions.keys()) {
      while (!trimming.isClosed()) {
        const some = await step(partition, trimming);
        if (some === undefined) break;
        removed += some;
        await setImmediate();
      }
    }
    return removed;
  };
};
