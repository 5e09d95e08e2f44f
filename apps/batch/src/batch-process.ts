/** The batch layer in a process: runs, and the upkeep of what they leave, over stores that are open. */
import {
  createBatchMetrics,
  createUpkeepMetrics,
  doUpkeep,
  type ImdbSource,
  runBatch,
  type RunReport,
  type Schedule,
  type ScheduleOptions,
  startSchedule,
  startUpkeep,
  type UpkeepOptions,
} from '@rushes/batch';
import { countSpans, type Registry, type Session, UsageError } from '@rushes/runtime';
import { folderAt, gaugeProcesses, type LakeStores, openImdbObjects, startHeartbeat, type Stores } from '@rushes/stores';

import { openInCluster } from './in-cluster.ts';
import { observeRun, reportEnd, reportProgress } from './report-run.ts';

/** Makes sure that there is something where IMDb's files should be, before anything starts: a folder, or a bucket that can be read. */
export const openImdbSource = async (config: Session['config']): Promise<ImdbSource> => {
  const folder = config.folders.imdb;
  if (folder === undefined)
    throw new UsageError("no folder with IMDb's files was named", {
      hint: 'Give --imdb FOLDER or set RUSHES_IMDB. `rushes download --out FOLDER` fetches the files, `rushes sample --out FOLDER` writes a sample.',
    });
  const objects = await openImdbObjects(config);
  if (objects !== undefined) return objects;
  const found = await folderAt(folder);
  if (found === 'folder') return folder;
  throw new UsageError(`${folder} is ${found === undefined ? 'not there' : 'no folder'}`, {
    hint: "Name the folder that holds title.basics.tsv or title.basics.tsv.gz and what there is of IMDb's other files.",
  });
};

/** What of a run is asked for each time anew. */
export interface RunChoice {
  /** Compute everything anew. */
  readonly full?: boolean;
  /** Let a sample take the place of IMDb's files. */
  readonly takeSample?: boolean;
}

const runOptions = (
  { config }: Session,
  { scratchFolder }: LakeStores,
  imdbSource: ImdbSource,
  { full = false, takeSample = false }: RunChoice,
): ScheduleOptions => ({
  ...config.batch,
  imdbSource,
  workFolder: scratchFolder,
  full,
  takeSample,
  alert: config.alert,
  lineage: config.lineage,
});

const upkeepOptions = ({ config }: Session, { scratchFolder }: LakeStores): UpkeepOptions => ({
  ...config.batch,
  workFolder: scratchFolder,
});

/** Runs the batch layer on its schedule, and upkeep beside it, until the session ends. */
export const runOnSchedule = (
  session: Session,
  stores: Stores,
  imdbSource: ImdbSource,
  metrics: Registry,
  choice: RunChoice = {},
): Schedule => {
  const { logger, progress, lifecycle, tracing } = session;
  const { signal } = lifecycle;
  const schedule = startSchedule(stores, runOptions(session, stores, imdbSource, choice), {
    logger,
    progress,
    signal,
    tracing,
    metrics: createBatchMetrics(metrics, stores.views),
  });
  lifecycle.onStop('the schedule', () => schedule.stop());
  const upkeep = startUpkeep(stores, upkeepOptions(session, stores), { logger, signal, metrics: createUpkeepMetrics(metrics) });
  lifecycle.onStop('the upkeep', () => upkeep.stop());
  gaugeProcesses(metrics, stores.heartbeats);
  countSpans(metrics, tracing);
  startHeartbeat(session, stores.heartbeats, 'batch', () => ({ ready: true, running: schedule.isRunning() }));
  return schedule;
};

/**
 * One run, then what upkeep is due: where each run is a process of its own, nobody else does it. In a cluster it waits for its turn and tells how it does, if
 * settings say so.
 * @throws what made the run fail; upkeep never fails it.
 */
export const runOnce = async (session: Session, stores: Stores, imdbSource: ImdbSource, choice: RunChoice = {}): Promise<RunReport> => {
  const { logger, progress, lifecycle, tracing } = session;
  startHeartbeat(session, stores.heartbeats, 'batch', () => ({ ready: true, running: true }));
  const { reports, hold } = await openInCluster(session);
  const held = await hold().catch(async (error: unknown) => {
    await reports?.close();
    throw error;
  });
  const signal = held === undefined ? lifecycle.signal : AbortSignal.any([lifecycle.signal, held.lost]);
  const context = { logger, progress, signal, tracing };
  try {
    if (reports === undefined) return await runBatch(stores, runOptions(session, stores, imdbSource, choice), context);
    const told = { ...context, progress: reportProgress(progress, reports), observer: observeRun(reports) };
    const report = await runBatch(stores, runOptions(session, stores, imdbSource, choice), told);
    reportEnd(reports, { report });
    return report;
  } catch (error) {
    if (reports !== undefined) reportEnd(reports, { error });
    throw error;
  } finally {
    await doUpkeep(stores, upkeepOptions(session, stores), context);
    await held?.release();
    await reports?.close();
  }
};
