/** The batch layer in a process: runs, and the upkeep of what they leave, over stores that are open. */
import {
  createBatchMetrics,
  createUpkeepMetrics,
  doUpkeep,
  runBatch,
  type RunReport,
  type Schedule,
  type ScheduleOptions,
  startSchedule,
  startUpkeep,
  type UpkeepOptions,
} from '@rushes/batch';
import { type Registry, type Session, UsageError } from '@rushes/runtime';
import { folderAt, type LakeStores, type Stores } from '@rushes/stores';

/** Makes sure that the folder with IMDb's files is one, before anything starts. */
export const checkImdbFolder = async (folder: string | undefined): Promise<string> => {
  if (folder === undefined)
    throw new UsageError("no folder with IMDb's files was named", {
      hint: 'Give --imdb FOLDER or set RUSHES_IMDB. `rushes download --out FOLDER` fetches the files, `rushes sample --out FOLDER` writes a sample.',
    });
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
  imdbFolder: string,
  { full = false, takeSample = false }: RunChoice,
): ScheduleOptions => ({ ...config.batch, imdbFolder, workFolder: scratchFolder, full, takeSample, alert: config.alert });

const upkeepOptions = ({ config }: Session, { scratchFolder }: LakeStores): UpkeepOptions => ({
  ...config.batch,
  workFolder: scratchFolder,
});

/** Runs the batch layer on its schedule, and upkeep beside it, until the session ends. */
export const runOnSchedule = (
  session: Session,
  stores: Stores,
  imdbFolder: string,
  metrics: Registry,
  choice: RunChoice = {},
): Schedule => {
  const { logger, progress, lifecycle } = session;
  const { signal } = lifecycle;
  const schedule = startSchedule(stores, runOptions(session, stores, imdbFolder, choice), {
    logger,
    progress,
    signal,
    metrics: createBatchMetrics(metrics, stores.views),
  });
  lifecycle.onStop('the schedule', () => schedule.stop());
  const upkeep = startUpkeep(stores, upkeepOptions(session, stores), { logger, signal, metrics: createUpkeepMetrics(metrics) });
  lifecycle.onStop('the upkeep', () => upkeep.stop());
  return schedule;
};

/**
 * One run, then what upkeep is due: where each run is a process of its own, nobody else does it.
 * @throws what made the run fail; upkeep never fails it.
 */
export const runOnce = async (session: Session, stores: Stores, imdbFolder: string, choice: RunChoice = {}): Promise<RunReport> => {
  const { logger, progress, lifecycle } = session;
  const context = { logger, progress, signal: lifecycle.signal };
  try {
    return await runBatch(stores, runOptions(session, stores, imdbFolder, choice), context);
  } finally {
    await doUpkeep(stores, upkeepOptions(session, stores), context);
  }
};
