import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { openLake, readManifest, type Lake, tellFault } from '@rushes/lake';
import type { BatchEngine } from '@rushes/ports/batch-engine';
import type { Expectation, Manifest } from '@rushes/ports/manifest';
import { explainError, freeBytes, type Logger, ownTasks, type Progress, type Span, type Tracing, TransientError } from '@rushes/runtime';
import { findFiles } from '../bronze/find-files.ts';
import { type ImdbSource, nameOfSource, originOfSource, type SourceFile } from '../bronze/imdb-source.ts';
import { manifestCut } from '../archive/cut.ts';
import { landLog, LANDINGS_FIGURE } from '../archive/land-log.ts';
import { highestKnownBarrier } from '../archive/landing.ts';
import { readLateCounts } from '../events/late-events.ts';
import { claimVersion } from '../publish/claim.ts';
import { startHeartbeat } from '../publish/heartbeat.ts';
import { highestPublished, publishVersion } from '../publish/publish-version.ts';
import { type RunOutcome, type RunReport, writeRunReport } from '../publish/run-record.ts';
import { checkOrigin, sourceOfPublication } from './origin.ts';
import { checkExpectations, linesOf, refuses } from '../validate/expectations.ts';
import { measure } from '../validate/measure.ts';
import { type LineageOptions, lineageTeller } from '../lineage/tell-lineage.ts';
import { type AlertOptions, sendAlert } from './alert.ts';
import type { BatchMetrics } from './batch-metrics.ts';
import { type BuiltLake, buildLake } from './build-lake.ts';
import { diskFull, failureOf, isDiskFull, RunSuperseded } from './failure.ts';
import { type FreeSpaceCheck, requireSpace } from './free-space.ts';
import { memoryLimitFor, mostMemoryMb } from './memory-limit.ts';
import { refusal } from './refusal.ts';
import { engineFolderIn, removeDeadScratch, reserveRoom, scratchOf } from '../context/scratch.ts';
import { tidyUp, tidyViews } from './tidy-up.ts';
import { tellRun, traceRun } from './trace-run.ts';
import { objectCacheIn } from '../context/object-cache.ts';
import { createStepLog, type StepObserver } from '../context/steps.ts';
import type { BatchStores } from '../context/stores.ts';

export interface BatchOptions {
  /** The folder of IMDb's files, or the store that has them as objects. */
  readonly imdbSource: ImdbSource;
  /** A local folder for files in the making and for what spills from memory. */
  readonly workFolder: string;
  /** Bound of the SQL engine's buffers; `undefined`: by the size of the files. */
  readonly memoryLimitMb?: number | undefined;
  readonly threads: number;
  /** So many versions can be rolled back to; what only older ones name is removed. */
  readonly keepVersions: number;
  /** Compute everything anew, whatever was computed before. */
  readonly full: boolean;
  /** Let a sample take the place of IMDb's files. Default: false. */
  readonly takeSample?: boolean;
  readonly alert?: AlertOptions;
  /** Who is told what the run makes of what. Default: nobody. */
  readonly lineage?: LineageOptions;
  /** What becomes of a run that there is too little room for. Default: it is refused. */
  readonly freeSpaceCheck?: FreeSpaceCheck;
}

export interface BatchContext {
  readonly logger: Logger;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly now?: () => Date;
  /** Bytes that can still be written in a folder. Default: what the system says. */
  readonly freeBytes?: (folder: string) => Promise<number>;
  /** Told of every run's end. */
  readonly metrics?: BatchMetrics;
  /** Told of it while it goes on. */
  readonly observer?: StepObserver & { versionClaimed(version: number): void };
  /** Default: nothing is traced. */
  readonly tracing?: Tracing | undefined;
}

/**
 * One run of the batch layer: cuts the log and archives it, reads the files, builds a version, validates it, and publishes it.
 * Ended at any point, also by `kill -9`, it leaves the published version as it was; the next run takes over what it stored.
 * @returns the report of a run that came to its end, published or not.
 * @throws what made it fail, after the report was kept and the alert sent.
 */
export const runBatch = (stores: BatchStores, options: BatchOptions, context: BatchContext): Promise<RunReport> =>
  traceRun(context.tracing, (span) => runWithin(stores, options, context, span));

const runWithin = async (stores: BatchStores, options: BatchOptions, context: BatchContext, span: Span | undefined): Promise<RunReport> => {
  const now = context.now ?? (() => new Date());
  await mkdir(options.workFolder, { recursive: true });
  await removeDeadScratch(options.workFolder);
  const source = nameOfSource(options.imdbSource);
  const parent = await stores.views.currentPublication();
  const origin = await originOfSource(options.imdbSource);
  const before = parent && (await sourceOfPublication(openLake(stores.objects, ''), parent));
  checkOrigin(origin, before, options.takeSample === true);
  /** A sample may be replaced without asking, so nothing is measured against one. */
  const beginsAnew = before !== undefined && (before.origin === 'sample' || before.origin !== origin);
  const taken = Math.max(await highestPublished(stores.views), await highestKnownBarrier(openLake(stores.objects, '')));
  const id = randomUUID();
  const claim = await claimVersion(openLake(stores.objects, options.workFolder), taken, source, now(), id).catch((error: unknown) => {
    throw isDiskFull(error) ? diskFull(error) : error;
  });
  const scratch = scratchOf(options.workFolder, claim.version, id);
  const logger = context.logger.child({ run_id: claim.version });
  const lake = openLake(stores.objects, scratch.folder, {
    cache: objectCacheIn(options.workFolder),
    signal: context.signal,
    onFault: ({ message }) => logger.warn(`${message}; what needs it is made anew, if it can be`),
  });
  const log = createStepLog(logger, now, context.tracing, context.observer);
  context.observer?.versionClaimed(claim.version);
  const reached: { built?: BuiltLake; lines?: RunReport['lines']; validation: readonly Expectation[] } = { validation: [] };
  const report = (outcome: RunOutcome, details: { readonly message?: string; readonly publication?: number } = {}): RunReport => ({
    version: claim.version,
    outcome,
    startedAt: claim.startedAt,
    finishedAt: now().toISOString(),
    source,
    origin,
    ...(before && { parent: { version: before.version, origin: before.origin } }),
    full: options.full,
    ...details,
    steps: [...log.steps],
    validation: [...reached.validation],
    absent: reached.built?.dumps.filter((dump) => !dump.present).map((dump) => dump.dataset) ?? [],
    rows: Object.fromEntries(reached.built?.tables.map((table) => [table.name, table.rows]) ?? []),
    ...(reached.lines && { lines: reached.lines }),
    ...(reached.built && { late: readLateCounts(reached.built.log.figures) }),
  });
  let opened: BatchEngine | undefined;
  /** The files that it made on the way: gone before the report is written, so that a full disk has room for it. */
  const cleanUp = async (): Promise<void> => {
    await opened?.close();
    opened = undefined;
    await scratch.remove();
  };
  const end = async (ended: RunReport): Promise<RunReport> => {
    try {
      await cleanUp();
    } catch (err) {
      logger.warn({ err }, `${scratch.folder} could not be removed; the next run tries again`);
    }
    try {
      await writeRunReport(lake, ended);
    } catch (err) {
      // Whoever is to know of it still has to.
      logger.error({ err }, 'the report of the run could not be kept');
    }
    context.metrics?.observe(ended);
    tellRun(span, ended, id);
    await lineage.ended(ended, reached.built && { ...reached.built, ...ended, location: stores.objects.location });
    if (ended.outcome !== 'published' && ended.outcome !== 'interrupted') await sendAlert(options.alert ?? {}, ended, logger);
    return ended;
  };

  const lineage = lineageTeller(options.lineage, { id, startedAt: claim.startedAt }, logger);
  await lineage.began();
  const heartbeat = startHeartbeat(lake, claim, {
    now,
    onFault: (err) => logger.warn({ err }, 'the run could not say that it is alive; others may take it for ended'),
  });
  logger.info({ version: claim.version, source, origin, full: options.full }, `batch run ${claim.version} began`);
  if (before && before.origin !== origin)
    logger.info({ before: before.origin, origin }, `version ${before.version} is of another kind of source: a history of its own begins`);
  // What is wrong with the files is found again, and told, when they are read.
  const memoryMb = options.memoryLimitMb ?? memoryLimitFor(await findFiles(options.imdbSource).catch(() => []));
  const progress = ownTasks(context.progress);
  try {
    context.signal.throwIfAborted();
    await scratch.open();
    await reserveRoom(scratch.folder);
    const engine = await stores.openEngine({
      files: lake,
      folder: engineFolderIn(scratch.folder),
      memoryLimitMb: memoryMb,
      // A bound that was set stands.
      mostMemoryMb: options.memoryLimitMb ?? mostMemoryMb(),
      onMoreMemory: (limitMb) => logger.info({ limit_mb: limitMb }, `the batch engine needs more memory: now up to ${limitMb} MiB`),
      threads: options.threads,
      signal: context.signal,
    });
    opened = engine;
    const parentManifest = parent && (await readManifest(lake, parent.version));
    const known = new Map(parentManifest?.tables.map((table) => [table.derivation, table]));
    const run = { lake, engine, known, logger, progress, signal: context.signal, now };
    const landed = await landLog(run, stores.log, claim.version, parentManifest, log);
    if (landed.overtakenBy) {
      const { number, partition } = landed.overtakenBy;
      return await end(
        report('superseded', { message: `run ${number} began meanwhile: its barrier stands before this run's in ${partition}` }),
      );
    }
    const { imdbSource, full } = options;
    await tidyViews(stores, options, context);
    await requireSpace({
      needed: {
        files: newFiles(await findFiles(imdbSource), parentManifest),
        full,
        hasNewEvents: (landed.archive.last?.number ?? 0) > (parentManifest?.figures[LANDINGS_FIGURE] ?? 0),
      },
      folders: [...(stores.objects.localPath === undefined ? [] : [stores.objects.location]), options.workFolder],
      check: options.freeSpaceCheck ?? 'refuse',
      freeBytes: context.freeBytes ?? freeBytes,
      logger,
    });
    const built = await buildLake(
      run,
      stores.views,
      {
        imdbSource,
        origin,
        full,
        memoryMb,
        version: claim.version,
        parent: parentManifest,
        landed,
        duplicateFilters: stores.duplicateFilters,
      },
      log,
    );
    reached.built = built;
    const figures = { ...(await log.step('measure', () => measure(engine, built.tables))), ...built.log.figures };
    reached.lines = linesOf({ dumps: built.dumps, figures });
    reached.validation = checkExpectations({
      tables: built.tables,
      dumps: [...built.dumps],
      views: [...built.views],
      figures,
      gaps: built.log.gaps,
      parent: beginsAnew ? undefined : parentManifest,
    });
    for (const unmet of reached.validation.filter((one) => !one.passed))
      logger[unmet.severity === 'error' ? 'error' : 'warn'](
        { table: unmet.table, observed: unmet.observed, expected: unmet.expected },
        `expectation not met: ${unmet.name}`,
      );
    if (refuses(reached.validation)) return await end(report('refused', { message: refusal(reached.validation) }));

    const manifest: Manifest = {
      format: 1,
      version: claim.version,
      parent: parent?.version ?? null,
      parentPublication: parent?.number ?? 0,
      cut: manifestCut(landed.cut),
      ...(built.log.gaps.length > 0 && { lost: [...built.log.gaps] }),
      ...(landed.log !== undefined && { log: landed.log }),
      cutAt: claim.startedAt,
      createdAt: now().toISOString(),
      engine: engine.version,
      origin,
      dumps: [...built.dumps],
      tables: [...built.tables],
      derivations: [...new Set(built.derivations)],
      catalog: [...built.catalog],
      views: [...built.views],
      validation: [...reached.validation],
      figures,
      steps: [...log.steps],
    };
    await requireFiles(lake, manifest);
    context.signal.throwIfAborted();
    const publication = await log.step('publish', () => publishVersion(lake, stores.views, manifest, id, now()));
    if (!publication)
      return await end(report('superseded', { message: 'somebody else published since this run began; the result was not published' }));
    await tidyUp(lake, stores, options, logger, now(), [manifest, ...(parentManifest ? [parentManifest] : [])]);
    logger.info(
      { version: claim.version, publication: publication.number, duration_ms: now().getTime() - Date.parse(claim.startedAt) },
      `version ${claim.version} is published`,
    );
    return await end(report('published', { publication: publication.number }));
  } catch (error) {
    progress.failRest(context.signal.aborted ? 'stopped' : 'failed');
    if (context.signal.reason instanceof RunSuperseded) return await end(report('superseded', { message: context.signal.reason.message }));
    if (context.signal.aborted)
      return await end(report('interrupted', { message: 'ended before it was finished; the next run goes on from what is stored' }));
    const failure = await failureOf(error, lake);
    await end(report('failed', { message: explainError(failure).message }));
    throw failure;
  } finally {
    await heartbeat.stop();
    await cleanUp();
  }
};

/** A file that has not been changed since its content was loaded is not loaded again. */
const newFiles = (files: readonly SourceFile[], parent: Manifest | undefined) =>
  files.map((file) => {
    const { loadedAt } = parent?.dumps.find(({ dataset }) => dataset === file.dataset) ?? {};
    return { ...file, isNew: loadedAt === undefined || file.modifiedMs > Date.parse(loadedAt) };
  });

/** Another run that published may have removed what this one took over; publishing would fail anyway, this says why. */
const requireFiles = async (lake: Lake, manifest: Manifest): Promise<void> => {
  lake.lookAgain();
  for (const file of manifest.tables.flatMap((table) => table.files)) {
    const fault = await lake.faultOf(file);
    if (fault) throw new TransientError(tellFault(file.key, lake.objects.location, fault), { hint: 'run again: it will be made anew' });
  }
};
