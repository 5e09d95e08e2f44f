/**
 * A system moves: everything that it has goes from one set of stores to another, whatever the two are made of. Invariants: nothing opens the target before all
 * of it was compared, for it bears a mark until then; the source loses nothing, and takes no event any more from the moment its end is copied. Each step may be
 * broken off and done again.
 */
import { setTimeout } from 'node:timers/promises';

import { offsetAt, PARTITIONS } from '@rushes/domain';
import { openLake } from '@rushes/lake';
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
  movedFault,
  type ObjectStore,
  putLakeLog,
  putMoved,
  readMoved,
  removeMoved,
} from '@rushes/ports';
import { type Logger, ownTasks, type Progress, TerminalError, TransientError } from '@rushes/runtime';

import { copyFault } from '../backup/copy-fault.ts';
import { runUnderWay } from '../publish/run-under-way.ts';
import { copyKeys } from './copy-keys.ts';
import { beginningOf, countRecords, digestsOf, isSameBounds, type LogDigests, requireSameRecords } from './copy-log.ts';
import { type CopiedObjects, copyObjects, type ObjectsToCopy, verifyObjects, weighObjects } from './copy-objects.ts';
import { checkViews, type CopiedViews, copyViews, countRows, verifyViews } from './copy-views.ts';

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

export interface MoveOptions {
  readonly scratchFolder: string;
  /** After so long every process that appends to the source knows that it has moved. */
  readonly settleMs: number;
  /** The source goes on: what comes about is a copy of a moment, and a system of its own. */
  readonly keepsSource: boolean;
  /** Called before anything is copied with what will be: throws if there is no room. */
  readonly requireRoom: (bytes: number) => Promise<void>;
}

export interface MoveContext {
  readonly logger: Logger;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

export interface MoveReport {
  readonly to: string;
  /** What this call copied: less than there is if an earlier one was broken off. */
  readonly objects: CopiedObjects;
  readonly views: CopiedViews;
  readonly keys: number;
  readonly log: { readonly before: string; readonly id: string; readonly records: number };
  /** What was read of both sides and compared. */
  readonly verified: { readonly objects: CopiedObjects; readonly views: CopiedViews; readonly records: number };
  /** How long no event was taken, in milliseconds. */
  readonly closed_ms: number;
}

const STILL_WRITING = 'Stop what writes to the old system (`rushes up`, `apps/batch`, `apps/speed`), and give the command again.';

/**
 * Whether the target is whole but for its mark; what is there is the source's in any case.
 * @param made id of the log that was copied.
 * @throws TerminalError if something else is there.
 */
const requireOwnTarget = async (
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

const boundsOf = async ({ log }: MoveTarget): Promise<Bounds> => {
  const opened = await log.open();
  try {
    return await opened.bounds();
  } finally {
    await opened.close();
  }
};

/** The log in the target's lake: from then on the lake is made from it, and goes on in the same offsets. */
const recordLog = async (source: MoveSource, target: MoveTarget, id: string, bounds: Bounds, now: Date): Promise<void> => {
  if ((await knownLog(source.objects, source.views)) === undefined) return void (await claimLake(target.objects, id, now));
  await claimLake(target.objects, source.log.id, now);
  const number = ((await listLakeLogs(target.objects)).at(-1)?.number ?? 0) + 1;
  const from = Object.fromEntries(PARTITIONS.map((partition) => [partition, offsetAt(bounds.next, partition)]));
  if (!(await putLakeLog(target.objects, { number, id, from, since: now.toISOString(), barrier: 0 })))
    throw new TransientError(`somebody else works on ${target.objects.location}`, { hint: 'Stop it, then try again.' });
};

export const moveSystem = async (
  source: MoveSource,
  target: MoveTarget,
  options: MoveOptions,
  context: MoveContext,
): Promise<MoveReport> => {
  const { signal, now, logger } = context;
  const tasks = ownTasks(context.progress);
  const isLive = options.keepsSource;
  const objects: ObjectsToCopy = { isLive, from: source.objects, to: target.objects, scratchFolder: options.scratchFolder, signal };
  const views = { isLive, from: source.views, to: target.views, signal };

  const pass = async (isLast: boolean): Promise<{ objects: CopiedObjects; views: CopiedViews; keys: number }> => {
    const weight = await weighObjects(source.objects, signal);
    const [byObject, byRow] = [
      tasks.task({ name: isLast ? 'copy new objects' : 'copy objects', unit: 'bytes', total: weight.bytes }),
      tasks.task({ name: isLast ? 'copy new views' : 'copy views', unit: 'rows', total: await countRows(views) }),
    ];
    const copiedViews = await copyViews(views, isLast, (rows) => byRow.advance(rows));
    byRow.finish();
    const copiedObjects = await copyObjects(objects, (bytes) => byObject.advance(bytes));
    byObject.finish();
    return { objects: copiedObjects, views: copiedViews, keys: await copyKeys(source.keys, target.keys) };
  };

  /** Makes the log, as long as nobody appends to the source meanwhile. */
  const copyLog = async (moved: Moved | undefined, arriving: Moved): Promise<{ id: string; digests: LogDigests; bounds: Bounds }> => {
    const bounds = await source.log.bounds({ signal });
    const task = tasks.task({ name: 'copy the log', unit: 'records', total: countRecords(bounds) });
    const { beginning, digests } = beginningOf(source.log, bounds, signal, (records) => task.advance(records));
    const begun = await target.log.begin(beginning, now(), { signal });
    try {
      task.finish();
      signal.throwIfAborted();
      if (!isLive && !isSameBounds(bounds, await source.log.bounds({ signal })))
        throw new TransientError(`events were appended to ${source.log.location} while it was copied`, { hint: STILL_WRITING });
      await recordLog(source, target, begun.id, bounds, now());
      await putMoved(target.objects, { ...arriving, log: begun.id });
      if (moved !== undefined) await putMoved(source.objects, { ...moved, log: begun.id });
    } catch (error) {
      await begun.discard().catch((cause: unknown) => logger.warn({ cause }, 'what was made of the log could not be removed'));
      throw error;
    }
    await begun.takePlace();
    return { id: begun.id, digests: digests(), bounds };
  };

  /** Reads all of both again. */
  const verify = async (digests: LogDigests | undefined, bounds: Bounds): Promise<MoveReport['verified']> => {
    const weight = await weighObjects(source.objects, signal);
    const [byObject, byRow, byRecord] = [
      tasks.task({ name: 'verify objects', unit: 'bytes', total: weight.bytes }),
      tasks.task({ name: 'verify views', unit: 'rows', total: await countRows(views) }),
      tasks.task({ name: 'verify the log', unit: 'records', total: countRecords(bounds) }),
    ];
    const ofObjects = await verifyObjects(objects, (bytes) => byObject.advance(bytes));
    byObject.finish();
    const ofViews = await verifyViews(views, (rows) => byRow.advance(rows));
    byRow.finish();
    const log = await target.log.open();
    let records = 0;
    try {
      const count = (some: number): void => {
        records += some;
        byRecord.advance(some);
      };
      const wanted = digests ?? (await digestsOf(source.log, bounds, signal, () => {}));
      requireSameRecords(wanted, await digestsOf(log, bounds, signal, count), log);
      byRecord.finish();
      const fault = await copyFault({ objects: target.objects, views: target.views, log });
      if (fault !== undefined)
        throw new TerminalError(`what was copied to ${target.name} does not fit together: ${fault}`, {
          hint: 'Run `rushes audit` on the old system, and give the command again.',
        });
    } finally {
      await log.close();
    }
    return { objects: ofObjects, views: ofViews, records };
  };

  try {
    const before = isLive ? undefined : await readMoved(source.objects);
    if (before !== undefined && before.to !== target.name)
      throw new TerminalError(`${source.objects.location} has moved to ${before.to} already (${before.at})`, {
        hint: 'Copy from there, or take this one back first: `rushes copy --take-back`.',
      });
    const left = await readMoved(target.objects);
    if (left !== undefined && (left.isArriving !== true || left.to !== source.name))
      throw new TerminalError(movedFault(target.objects, left).message, { hint: 'Name a place where nothing is.' });
    const isWhole = await requireOwnTarget(source, target, before, left?.log ?? undefined);
    if (!isWhole) await checkViews(views);
    const weight = await weighObjects(source.objects, signal);
    let bytes = weight.bytes;
    for (const artefact of await source.views.listArtefacts()) bytes += (await source.views.bytes(artefact)) ?? 0;
    await options.requireRoom(bytes);

    const arriving: Moved = left ?? { to: source.name, log: null, at: now().toISOString(), isArriving: true };
    await putMoved(target.objects, arriving);
    const first = isWhole ? undefined : await pass(false);
    const running = isLive ? undefined : await runUnderWay(openLake(source.objects, ''), now());
    if (running !== undefined)
      throw new TransientError(`run ${running} is under way on ${source.objects.location}`, {
        hint: 'What is there so far is copied. Give the command again when the run has ended.',
      });
    const closedMs = performance.now();
    const moved: Moved | undefined = isLive ? undefined : (before ?? { to: target.name, log: null, at: now().toISOString() });
    if (moved !== undefined && before === undefined) {
      await putMoved(source.objects, moved);
      logger.info({ to: target.name }, 'the old system takes no events from now on');
      await setTimeout(options.settleMs, undefined, { signal });
    }
    const last = isWhole ? undefined : await pass(true);
    const copied = isWhole ? undefined : await copyLog(moved, arriving);
    const bounds = copied?.bounds ?? (await boundsOf(target));
    const verified = await verify(copied?.digests, bounds);
    if (!isLive && !isSameBounds(bounds, await source.log.bounds({ signal })))
      throw new TerminalError(`events were appended to ${source.log.location} after it was copied: they are there alone`, {
        hint: `Stop what writes there. Then take it back with \`rushes copy --take-back\`, and copy it to another place.`,
      });
    await removeMoved(target.objects);
    const sum = (one: CopiedObjects | undefined, other: CopiedObjects | undefined): CopiedObjects => ({
      objects: (one?.objects ?? 0) + (other?.objects ?? 0),
      bytes: (one?.bytes ?? 0) + (other?.bytes ?? 0),
    });
    return {
      to: target.name,
      objects: sum(first?.objects, last?.objects),
      views: {
        publications: last?.views.publications ?? 0,
        artefacts: (first?.views.artefacts ?? 0) + (last?.views.artefacts ?? 0),
        rows: (first?.views.rows ?? 0) + (last?.views.rows ?? 0),
      },
      keys: last?.keys ?? 0,
      log: {
        before: source.log.id,
        id: copied?.id ?? left?.log ?? before?.log ?? '',
        records: copied === undefined ? 0 : countRecords(bounds),
      },
      verified,
      closed_ms: isLive ? 0 : Math.round(performance.now() - closedMs),
    };
  } finally {
    tasks.failRest('broken off');
  }
};
