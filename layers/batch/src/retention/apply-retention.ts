/**
 * Removes from bronze what is older than its retention, and nothing that a kept version, a rollback or a recompute needs: of the log's archive only what an
 * opening balance stands for, of IMDb's files only what no kept version reads. Killed anywhere, the next one goes on.
 */
import type { OffsetVector } from '@rushes/domain';
import { type Lake, openLake, readManifest } from '@rushes/lake';
import type { Manifest } from '@rushes/ports/manifest';
import type { ObjectInfo } from '@rushes/ports';
import type { Logger, Progress } from '@rushes/runtime';
import { cutOf } from '../archive/cut.ts';
import { landedUpTo, lastLanding } from '../archive/landing.ts';
import { type Archive, type Opening, openingKey, readOpenings } from '../archive/opening.ts';
import type { RunContext } from '../context/run-context.ts';
import type { BatchStores } from '../context/stores.ts';
import { type EngineOptions, withRunContext } from '../context/with-run-context.ts';
import { hasUsableEvents } from '../events/silver-events.ts';
import { keptPublications } from '../publish/kept-publications.ts';
import { findNextEnd } from './next-end.ts';
import { sealOpening } from './seal-opening.ts';
import { spentArchiveFiles, spentLoads, spentOpenings } from './spent-objects.ts';

export interface RetentionOptions extends EngineOptions {
  /** Days that bronze is kept; 0: for ever. */
  readonly bronzeDays: number;
  readonly keepVersions: number;
  /** Only say what would be done. */
  readonly dryRun?: boolean;
}

export interface RetentionContext {
  readonly logger: Logger;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly now?: () => Date;
}

export interface Weight {
  readonly files: number;
  readonly bytes: number;
}

export interface RetentionReport {
  /** The opening balance that was sealed, or under `dryRun` would be. */
  readonly sealed: { readonly number: number; readonly cut: OffsetVector; readonly begins: string } | null;
  /** From when on the archive has events themselves; `null`: from the first one on. */
  readonly archive_begins: string | null;
  /** What was removed, or would be. */
  readonly archive: Weight;
  readonly loads: Weight;
  /** Why nothing of the archive may go although it is old enough; `null` where nothing stands in the way. */
  readonly kept_because: string | null;
}

const DAY_MS = 24 * 3_600_000;

/**
 * Whoever began before an opening balance was sealed may still read what it stands for; so may a run be about to land a file. Longer than any run or audit
 * takes.
 */
const GRACE_MS = DAY_MS;

const HISTORY = 10_000;

const weigh = (objects: readonly ObjectInfo[]): Weight => ({
  files: objects.length,
  bytes: objects.reduce((sum, { bytes }) => sum + bytes, 0),
});

/** Manifests of the versions that can be published again, the current one first. */
const keptManifests = async (lake: Lake, { views }: BatchStores, keepVersions: number): Promise<readonly Manifest[]> => {
  const versions = new Set(keptPublications(await views.listPublications(HISTORY), keepVersions).map(({ version }) => version));
  const manifests = await Promise.all([...versions].map((version) => readManifest(lake, version)));
  return manifests.filter((manifest) => manifest !== undefined);
};

/** The balance that is old enough for what it stands for to go. */
const settled = (openings: readonly Opening[], nowMs: number): Opening | undefined =>
  openings.find(({ sealedAt }) => Date.parse(sealedAt) < nowMs - GRACE_MS);

interface Pass {
  readonly run: RunContext;
  readonly options: RetentionOptions;
  readonly kept: readonly Manifest[];
  readonly olderThanMs: number;
}

type Sealing = Pick<RetentionReport, 'sealed' | 'kept_because'>;

const NOTHING_DUE: Sealing = { sealed: null, kept_because: null };

const sealNext = async ({ run, options, kept: [current, ...others], olderThanMs }: Pass, archive: Archive): Promise<Sealing> => {
  const next = current && (await findNextEnd(run.lake, archive, { olderThanMs, cuts: [current, ...others].map((one) => cutOf(one)) }));
  if (!current || !next) return NOTHING_DUE;
  if (!(await hasUsableEvents(run.lake, current)))
    return {
      sealed: null,
      kept_because: `events of version ${current.version} are damaged, or typed by other code: the next batch run makes them anew`,
    };
  const sealed = { number: (archive.opening?.number ?? 0) + 1, cut: landedUpTo(next.end), begins: next.spent.landedAt };
  if (options.dryRun === true) return { sealed, kept_because: null };
  if (!(await sealOpening(run, archive, next, current))) return NOTHING_DUE; // another process did
  run.logger.info(
    { number: sealed.number, spent: next.spent.number },
    `sealed opening balance ${sealed.number}: the archive begins at ${sealed.begins}`,
  );
  return { sealed, kept_because: null };
};

const pass = async (on: Pass): Promise<RetentionReport> => {
  const { run, options, kept, olderThanMs } = on;
  const { lake, now, signal } = run;
  const remove = async (objects: readonly { readonly key: string }[]): Promise<void> => {
    signal.throwIfAborted();
    if (options.dryRun !== true && objects.length > 0)
      await lake.objects.delete(
        objects.map(({ key }) => key),
        { signal },
      );
  };
  const openings = await readOpenings(lake);
  const archive = { last: await lastLanding(lake), opening: openings[0] };
  const sealing = await sealNext(on, archive);
  const old = settled(openings, now().getTime());
  const files = await spentArchiveFiles(lake, archive, old, now().getTime() - GRACE_MS);
  const loads = await spentLoads(lake, kept, olderThanMs);
  const superseded = spentOpenings(openings, old, kept);
  await remove(superseded.openings.map(({ number }) => ({ key: openingKey(number) })));
  await remove(superseded.files.map((key) => ({ key })));
  await remove(files);
  await remove(loads);
  return {
    ...sealing,
    archive_begins: (options.dryRun === true ? undefined : sealing.sealed?.begins) ?? archive.opening?.spentAt ?? null,
    archive: weigh(files),
    loads: weigh(loads),
  };
};

/**
 * One pass: seals an opening balance where one is due, removes what an older one stands for, and loads of IMDb's files that nobody reads.
 * @throws TerminalError if the states that are kept are not what the archived events come to: then nothing is removed.
 */
export const applyRetention = async (
  stores: BatchStores,
  options: RetentionOptions,
  context: RetentionContext,
): Promise<RetentionReport> => {
  const nothing: Weight = { files: 0, bytes: 0 };
  if (options.bronzeDays === 0) {
    const [opening] = await readOpenings(openLake(stores.objects, ''));
    return { sealed: null, archive_begins: opening?.spentAt ?? null, archive: nothing, loads: nothing, kept_because: null };
  }
  return withRunContext(stores, options, context, async (run) =>
    pass({
      run,
      options,
      kept: await keptManifests(run.lake, stores, options.keepVersions),
      olderThanMs: run.now().getTime() - options.bronzeDays * DAY_MS,
    }),
  );
};
