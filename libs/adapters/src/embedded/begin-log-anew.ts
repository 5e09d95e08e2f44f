/**
 * A new log beside the file of a lost one, and then in its place. Invariant: nothing is deleted; what was there before, and the speed store that was
 * projected from it, stay under other names.
 */
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { BegunLog, EventLog, LogBeginning, SpeedStore } from '@rushes/ports';

import { isThere } from '../crash-safety/entries.ts';
import { sync } from '../crash-safety/sync.ts';
import { beginSqliteEventLog, openSqliteEventLog } from '../sqlite-event-log/index.ts';
import { openSqliteSpeedStore } from '../sqlite-speed-store/index.ts';

/** What SQLite keeps beside a database file. */
const COMPANIONS = ['', '-wal', '-shm'];

const setAside = async (path: string, suffix: string): Promise<readonly string[]> => {
  const kept: string[] = [];
  for (const companion of COMPANIONS)
    if (await isThere(path + companion)) {
      await rename(path + companion, path + suffix + companion);
      kept.push(path + suffix + companion);
    }
  return kept;
};

/**
 * Makes the log under a name of its own. Whatever a beginning that was cut off left there goes.
 * @param place the file of the log, where a lost one may lie.
 * @param aside files of what was projected from the lost one.
 */
export const beginLogAnew = async (place: string, beginning: LogBeginning, now: Date, aside: readonly string[] = []): Promise<BegunLog> => {
  const path = `${place.slice(0, -'.sqlite'.length)}.new.sqlite`;
  const discard = async (): Promise<void> => {
    for (const companion of COMPANIONS) await rm(path + companion, { force: true });
  };
  await discard();
  const id = await beginSqliteEventLog(path, beginning, () => now.getTime()).catch(async (error: unknown) => {
    await discard();
    throw error;
  });
  return {
    id,
    async takePlace() {
      const suffix = `.until-${now.toISOString().replaceAll(/[:.]/g, '-')}`;
      const kept: string[] = [];
      for (const one of [place, ...aside]) kept.push(...(await setAside(one, suffix)));
      await rename(path, place);
      await sync(dirname(place));
      return kept;
    },
    discard,
  };
};

export interface LeftStores {
  readonly log: EventLog | undefined;
  readonly speed: SpeedStore | undefined;
  close(): Promise<void>;
}

/** SQLite's codes for what somebody can put right: no permission, locked, out of memory, read-only, a full disk, no file that can be opened. */
const REPAIRABLE: ReadonlySet<number> = new Set([3, 5, 6, 7, 8, 13, 14, 23]);

const isRepairable = (error: unknown): boolean =>
  error instanceof Error &&
  (('errcode' in error && typeof error.errcode === 'number' && REPAIRABLE.has(error.errcode & 0xff)) || isRepairable(error.cause));

/** A file that is damaged is not usable; one that only cannot be opened now may hold events, so it is not given up. */
const openIfUsable = async <Store>(path: string, open: (path: string) => Promise<Store>): Promise<Store | undefined> => {
  if (!(await isThere(path))) return undefined;
  try {
    return await open(path);
  } catch (error) {
    if (isRepairable(error)) throw error;
    return undefined;
  }
};

/** What is left of a log and its speed store, and can be opened. Nothing is made. Throws for a file that is there and could be opened once it is readable. */
export const openWhatIsLeft = async (logFile: string, speedFile: string): Promise<LeftStores> => {
  const log = await openIfUsable(logFile, openSqliteEventLog);
  const speed = await openIfUsable(speedFile, openSqliteSpeedStore);
  return {
    log,
    speed,
    async close() {
      await speed?.close();
      await log?.close();
    },
  };
};
