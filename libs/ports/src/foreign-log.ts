/**
 * Whether a log is the one that everything beside it was made from. A wrong one has to be noticed before anything is appended to it: an event at an
 * offset that a version covers already would never show.
 */
import { offsetAt, PARTITIONS, type PartitionId } from '@rushes/domain';

import type { BatchViewStore, Publication } from './batch-view-store.ts';
import type { EventLog } from './event-log.ts';
import { listLakeLogs } from './lake-logs.ts';
import { movedFault, readMoved } from './moved.ts';
import type { ObjectStore } from './object-store.ts';
import { reachedOffsets } from './projections.ts';
import type { SpeedStore } from './speed-store.ts';

/** What is wrong, and the way out. */
export interface LogFault {
  readonly message: string;
  readonly hint: string;
}

export const LOST_LOG_HINT =
  'Stop everything on this data. Restore the log that belongs to it from a backup; if there is none, `rushes log restart` begins a log where the archive of the lost one ends.';

/** Publications of versions that may reach further than the current one, after a rollback. */
const RECENT = 100;

/** What versions say of the log that they were made from; `undefined`: nothing has read a log yet. */
export const knownLog = async (
  objects: ObjectStore,
  views: BatchViewStore,
): Promise<{ readonly id: string | undefined; readonly told: string } | undefined> => {
  const last = (await listLakeLogs(objects)).at(-1);
  if (last) return { id: last.id, told: `the lake in ${objects.location} is made from log ${last.id}` };
  const cutter = (await views.listPublications(RECENT)).find(({ cut }) => Object.keys(cut).length > 0);
  if (!cutter) return undefined;
  return {
    id: cutter.log,
    told: `version ${cutter.version} in ${views.location} is made from ${cutter.log === undefined ? 'one' : `log ${cutter.log}`}`,
  };
};

const shorter = (log: EventLog, partition: PartitionId, next: number, end: number, reader: string): LogFault => ({
  message: `${partition} in ${log.location} ends at offset ${next}, but ${reader} has offsets up to ${end}: it is another log, or an old copy of this one`,
  hint: LOST_LOG_HINT,
});

const versionFault = async (log: EventLog, objects: ObjectStore, publications: readonly Publication[]): Promise<LogFault | undefined> => {
  const ids = new Set((await listLakeLogs(objects)).map(({ id }) => id));
  const [newest, ...others] = publications.filter((one) => one.log !== undefined);
  // One that is known is enough: a lake that was made anew does not know the logs before.
  if (newest && ids.size > 0 && [newest, ...others].every((one) => !ids.has(one.log ?? '')))
    return {
      message: `version ${newest.version} is made from log ${newest.log}, which the lake in ${objects.location} knows nothing of: these views are another lake's`,
      hint: 'Put the lake and the batch views of one data folder together; without its own views a lake publishes them anew with the next batch run.',
    };
  const { next: ends } = await log.bounds();
  for (const partition of PARTITIONS) {
    const next = offsetAt(ends, partition);
    for (const { cut, version } of publications)
      if (next < offsetAt(cut, partition)) return shorter(log, partition, next, offsetAt(cut, partition), `version ${version}`);
  }
  return undefined;
};

const speedFault = async (log: EventLog, speed: SpeedStore): Promise<LogFault | undefined> => {
  const { log: owner } = await speed.claimLog(log.id);
  if (owner !== log.id)
    return {
      message: `${speed.location} holds what was projected from log ${owner}, but ${log.location} is log ${log.id}`,
      hint: 'Stop everything on this data. Restore the log that belongs to it, or put the speed store aside: it is projected anew from the log that is there.',
    };
  // In this order: events that are projected meanwhile have been appended before.
  const reached = await reachedOffsets(speed);
  const { next: ends } = await log.bounds();
  for (const partition of PARTITIONS) {
    const next = offsetAt(ends, partition);
    if (next < offsetAt(reached, partition)) return shorter(log, partition, next, offsetAt(reached, partition), speed.location);
  }
  return undefined;
};

export interface StoresOfLog {
  readonly objects: ObjectStore;
  readonly views: BatchViewStore;
  readonly log: EventLog;
  readonly speed?: SpeedStore;
}

/** What keeps the log from being used beside the other stores. A speed store that is nobody's yet is the log's from then on. */
export const logFault = async ({ objects, views, log, speed }: StoresOfLog): Promise<LogFault | undefined> => {
  const moved = await readMoved(objects);
  if (moved) return movedFault(objects, moved);
  return logFaultOfSource({ objects, views, log, ...(speed && { speed }) });
};

/** The same without looking whether the system has moved: for what moves it. */
export const logFaultOfSource = async ({ objects, views, log, speed }: StoresOfLog): Promise<LogFault | undefined> => {
  const known = await knownLog(objects, views);
  if (known?.id !== undefined && known.id !== log.id)
    return { message: `${log.location} is log ${log.id}, but ${known.told}: it is another log`, hint: LOST_LOG_HINT };
  return (await versionFault(log, objects, await views.listPublications(RECENT))) ?? (speed && (await speedFault(log, speed)));
};
