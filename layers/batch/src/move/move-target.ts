/** From where to where a system moves, and whose the target is: nobody's, or the source's as far as it was copied. */
import { offsetAt, PARTITIONS } from '@rushes/domain';
import {
  type ApiKeyStore,
  type BatchViewStore,
  type BegunLog,
  type Bounds,
  type CallOptions,
  claimLake,
  type EventLog,
  knownLog,
  listLakeLogs,
  type LogBeginning,
  type LogState,
  type Moved,
  type ObjectStore,
  putLakeLog,
} from '@rushes/ports';
import { TerminalError, TransientError } from '@rushes/runtime';

import { isSameBounds } from './copy-log.ts';

export interface MoveSource {
  /** For people. */
  readonly name: string;
  readonly objects: ObjectStore;
  readonly views: BatchViewStore;
  readonly keys: ApiKeyStore;
  readonly log: EventLog;
}

export interface MoveTarget {
  /** For people. */
  readonly name: string;
  readonly objects: ObjectStore;
  readonly views: BatchViewStore;
  readonly keys: ApiKeyStore;
  /** The log, which is made when all else is there. */
  readonly log: {
    readonly state: () => Promise<LogState>;
    readonly begin: (beginning: LogBeginning, now: Date, options: CallOptions) => Promise<BegunLog>;
    readonly open: () => Promise<EventLog>;
  };
}

/**
 * Whether the target is whole but for its mark; what is there is the source's in any case.
 * @param made id of the log that was copied.
 * @throws TerminalError if something else is there.
 */
export const requireOwnTarget = async (
  source: MoveSource,
  target: MoveTarget,
  moved: Moved | undefined,
  made: string | undefined,
): Promise<boolean> => {
  const own = await listLakeLogs(source.objects);
  const there = await listLakeLogs(target.objects);
  const isOther = there.some(({ id }, at) => id !== own[at]?.id && at < own.length);
  if (isOther || (own.length > 0 && (await target.views.currentPublication()) !== undefined && there.length === 0))
    throw new TerminalError(`${target.objects.location} is another system's lake`, { hint: 'Name a place where nothing is.' });
  if ((await target.log.state()) !== 'there') return false;
  const log = await target.log.open();
  try {
    if (made === log.id && there.at(-1)?.id === log.id) return true;
    if (moved?.log === log.id && there.at(-1)?.id === log.id) {
      if (isSameBounds(await log.bounds(), await source.log.bounds())) return true;
      throw new TerminalError(`${source.objects.location} has moved to ${moved.to} already (${moved.at}), and goes on there`, {
        hint: 'There is nothing left to do.',
      });
    }
    throw new TerminalError(`there is a log already: ${log.location}`, {
      hint: 'A log is copied only to where none is: name another place for it.',
    });
  } finally {
    await log.close();
  }
};

export const boundsOf = async ({ log }: MoveTarget): Promise<Bounds> => {
  const opened = await log.open();
  try {
    return await opened.bounds();
  } finally {
    await opened.close();
  }
};

/** The log in the target's lake: from then on the lake is made from it, and goes on in the same offsets. */
export const recordLog = async (source: MoveSource, target: MoveTarget, id: string, bounds: Bounds, now: Date): Promise<void> => {
  if ((await knownLog(source.objects, source.views)) === undefined) return void (await claimLake(target.objects, id, now));
  await claimLake(target.objects, source.log.id, now);
  const number = ((await listLakeLogs(target.objects)).at(-1)?.number ?? 0) + 1;
  const from = Object.fromEntries(PARTITIONS.map((partition) => [partition, offsetAt(bounds.next, partition)]));
  if (!(await putLakeLog(target.objects, { number, id, from, since: now.toISOString(), barrier: 0 })))
    throw new TransientError(`somebody else works on ${target.objects.location}`, { hint: 'Stop it, then try again.' });
};
