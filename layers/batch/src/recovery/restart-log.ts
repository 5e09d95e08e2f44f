/**
 * A log in the place of a lost one. It goes on in the same offsets: with the archive's records up to where the archive ends, nothing from there to the
 * highest offset that anybody is known to have seen, and the events of today after that. Invariant: no offset and no barrier number is given twice, so
 * what versions, archive and clients hold of the lost log stays true; what is known to be lost is a gap of the archive for ever.
 */
import { offsetAt, type OffsetVector, PARTITIONS, type PartitionId, type PartitionRange } from '@rushes/domain';
import { openLake, readManifest } from '@rushes/lake';
import {
  type BatchViewStore,
  type BegunLog,
  type EventLog,
  knownLog,
  type LogBeginning,
  logFault,
  type PartitionRecords,
  reachedOffsets,
  type SpeedStore,
} from '@rushes/ports';
import { type Logger, type Progress, TerminalError, TransientError } from '@rushes/runtime';
import { highestNumber } from '../publish/claim.ts';
import { runUnderWay } from '../publish/run-under-way.ts';
import type { RunContext } from '../context/run-context.ts';
import { type EngineOptions, type EngineStores, withRunContext } from '../context/with-run-context.ts';
import { openArchivedRanges } from '../archive/archived-records.ts';
import { highestKnownBarrier, landedOf } from '../archive/landing.ts';
import { openArchive } from '../archive/opening.ts';
import { readableRecords, recordsOf } from '../archive/log-records.ts';
import {
  highestCut,
  type PartitionPlan,
  planPartition,
  type ReadableTail,
  readableTail,
  restoreFrom,
  safeUntil,
  vectorOf,
} from './plan-restart.ts';
import { publishLosses } from './publish-losses.ts';
import { recordRestart } from './record-restart.ts';

export interface RestartStores extends EngineStores {
  readonly views: BatchViewStore;
  /** What lies in the place of the log now, if it can be opened, and the speed store beside it. */
  readonly left: { readonly log: EventLog | undefined; readonly speed: SpeedStore | undefined };
}

export interface RestartOptions extends EngineOptions {
  /** Archived records that are younger come back into the log, and all after the published cut. */
  readonly retentionMs: number;
  /** Offsets before these were acknowledged to somebody. */
  readonly acknowledged: OffsetVector;
  /** Makes the log beside the old one. */
  readonly make: (beginning: LogBeginning) => Promise<BegunLog>;
}

export interface RestartContext {
  readonly logger: Logger;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

export interface RestartReport {
  /** Id of the new log, and of the lost one as far as it is known. */
  readonly id: string;
  readonly before: string | null;
  readonly barrier: number;
  /** Where the new log's own records begin. */
  readonly begins: OffsetVector;
  /** Events that are in the new log: from the archive, and from what was left of the lost one. */
  readonly restored: { readonly archived: number; readonly left: number };
  /** Events acknowledged before this instant are archived. `null`: none is. */
  readonly safe_until: string | null;
  /** Offsets that are known to have been given, whose records are gone. */
  readonly lost: readonly PartitionRange[];
  readonly kept: readonly string[];
}

const HISTORY = 1000;

const requireRestartable = async ({ objects, views, left }: RestartStores, id: string | undefined, now: Date): Promise<void> => {
  const running = await runUnderWay(openLake(objects, ''), now);
  if (running !== undefined)
    throw new TransientError(`run ${running} is under way`, { hint: 'Stop everything on this data, then try again.' });
  const { log, speed } = left;
  if (log === undefined) return;
  const isOwn = speed !== undefined && id !== undefined && (await speed.claimLog(id)).log === id;
  const isWhole = async (): Promise<boolean> => {
    const { next } = await log.bounds();
    for (const partition of PARTITIONS) if ((await readableTail(log, partition, 0)).end < offsetAt(next, partition)) return false;
    return true;
  };
  if ((await logFault({ objects, views, log, ...(isOwn && { speed }) })) === undefined && (await isWhole()))
    throw new TerminalError(`${log.location} is the log of this lake: there is nothing to begin anew`, {
      hint: 'Start what you need on it.',
    });
};

export const restartLog = (stores: RestartStores, options: RestartOptions, context: RestartContext): Promise<RestartReport> =>
  withRunContext(stores, options, context, (run) => restart(run, stores, options));

const restart = async (run: RunContext, stores: RestartStores, options: RestartOptions): Promise<RestartReport> => {
  const { objects, views, left } = stores;
  const archive = await openArchive(run.lake);
  const { last } = archive;
  const known = await knownLog(objects, views);
  if (!known && !last)
    throw new TerminalError(`no run has read a log into ${objects.location}: there is nothing to go on from`, {
      hint: '`rushes up` and `rushes batch run` begin a log.',
    });
  await requireRestartable(stores, known?.id, run.now());
  const publications = await views.listPublications(HISTORY);
  // Of another log nothing is taken over: its offsets mean other events.
  const remains = known?.id !== undefined && left.log?.id === known.id ? left.log : undefined;
  const speed = known?.id !== undefined && (await left.speed?.claimLog(known.id))?.log === known.id ? left.speed : undefined;
  const highest = highestCut(publications);
  const isArchiveGone = last === undefined && publications[0] !== undefined && !(await readManifest(run.lake, publications[0].version));
  const plans = new Map<PartitionId, PartitionPlan>();
  const bounds = await remains?.bounds();
  let highestLeft = 0;
  const reached = speed === undefined ? {} : await reachedOffsets(speed);
  for (const partition of PARTITIONS) {
    const projected = offsetAt(reached, partition);
    const { to: archived } = landedOf(last, partition);
    const tail: ReadableTail = remains ? await readableTail(remains, partition, archived) : { end: 0, highestBarrier: 0 };
    highestLeft = Math.max(highestLeft, tail.highestBarrier);
    const given = offsetAt(bounds?.next ?? {}, partition);
    const cutAt = offsetAt(highest, partition);
    const seen = [given, projected, offsetAt(options.acknowledged, partition), cutAt + 1];
    plans.set(partition, planPartition(partition, archived, isArchiveGone ? undefined : cutAt, tail.end, seen));
  }
  const cut = publications[0]?.cut ?? {};
  const from = await restoreFrom(run.lake, last, cut, run.now().getTime() - options.retentionMs);
  const restored = { archived: 0, left: 0 };
  const count = (of: keyof typeof restored, batch: PartitionRecords): PartitionRecords => {
    restored[of] += batch.records.filter(({ kind }) => kind === 'event').length;
    return batch;
  };
  const records = async function* (): AsyncGenerator<PartitionRecords> {
    const ranges = PARTITIONS.map((partition) => ({ partition, from: offsetAt(from, partition), to: landedOf(last, partition).to }));
    for (const range of await openArchivedRanges(run, archive, ranges))
      for await (const batch of recordsOf(range)) yield count('archived', { partition: range.partition, records: batch });
    for (const [partition, { archived }] of plans)
      if (remains)
        for await (const batch of readableRecords(remains, partition, archived)) yield count('left', { partition, records: batch });
  };
  const taken = Math.max(...publications.map(({ version }) => version), await highestKnownBarrier(run.lake), highestLeft);
  const barrier = 1 + (await highestNumber(run.lake, taken));
  const next = vectorOf(plans, (plan) => plan.next);
  const earliest = vectorOf(plans, (_plan, partition) => Math.min(offsetAt(from, partition), offsetAt(cut, partition)));
  const made = await options.make({ earliest, records: records(), next, barrier });
  const lost = [...plans.values()].flatMap((plan) => plan.lost ?? []);
  try {
    await recordRestart(run, { id: made.id, before: known?.id, from: next, lost, last, barrier });
    await publishLosses(views, lost, run.now());
  } catch (error) {
    await made.discard();
    throw error;
  }
  const kept = await made.takePlace();
  return {
    id: made.id,
    before: known?.id ?? null,
    barrier,
    begins: next,
    restored,
    safe_until: safeUntil(last, publications),
    lost,
    kept,
  };
};
