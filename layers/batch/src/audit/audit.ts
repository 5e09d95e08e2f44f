/**
 * Whether the promise holds: what the batch layer kept from version to version, and what the speed layer keeps of each epoch since, against a plain
 * recompute over all events. Reads only; may run beside everything else.
 */
import { isDeepStrictEqual } from 'node:util';

import { offsetAt, type OffsetVector, PARTITIONS, type PartitionId, partitionOf, topicOf } from '@rushes/domain';
import { defineStored, openDuckDb, openLake, readManifest } from '@rushes/lake';
import type { TableRecord } from '@rushes/ports/manifest';
import {
  type Coverage,
  coveredEpoch,
  type EventLog,
  type LogRecord,
  type Publication,
  type SpeedRow,
  type SpeedStore,
} from '@rushes/ports';
import type { Logger, Progress } from '@rushes/runtime';
import { decodeState, keyColumns, KEYED_VIEWS, type KeyedView } from '@rushes/views';

import { type HeldRange, heldBy } from '../archive/landed-files.ts';
import { lastLanding } from '../archive/landing.ts';
import type { RunContext } from '../context/run-context.ts';
import { objectCacheIn } from '../context/object-cache.ts';
import { scratchOf } from '../context/scratch.ts';
import type { BatchStores } from '../context/stores.ts';
import { type Damage, lakeDamage } from '../verify/damage.ts';
import { archiveDamage, findLostFiles } from '../verify/verify-archive.ts';
import { archivedOrLogged, damagedArtefacts } from './audited.ts';
import { type PartitionRecompute, recompute, type Recomputed, viewsOf } from './recompute.ts';

export interface AuditStores extends BatchStores {
  readonly log: EventLog;
  readonly speed: SpeedStore;
}

export interface AuditOptions {
  readonly workFolder: string;
  readonly memoryLimitMb?: number | undefined;
  readonly threads: number;
}

export interface AuditContext {
  readonly logger: Logger;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly now?: () => Date;
}

/** A state that is not what the recompute gives. */
export interface Difference {
  readonly partition: PartitionId;
  readonly view: string;
  readonly key: string;
  /** The published version's state, or that of an epoch after it. */
  readonly part: 'version' | 'epoch';
  /** Number of the version or the epoch. */
  readonly number: number;
  /** `null`: there is or should be none. */
  readonly found: unknown;
  readonly expected: unknown;
}

export interface AuditReport {
  readonly version: number;
  /** Events before these offsets were recomputed. */
  readonly position: OffsetVector;
  readonly events: number;
  /** States that were compared. */
  readonly states: number;
  /** Epochs that are not in the speed store as a whole: their states were not compared, and answers say `gap`. */
  readonly missing: readonly Coverage[];
  /** What was not compared, or differs, because it is not what was stored. */
  readonly damages: readonly Damage[];
  /** Events that could not be read: they are lost in the archive, and the log has them no more. Their partitions were not compared. */
  readonly unread: readonly HeldRange[];
  readonly differences: number;
  /** The first one of all. */
  readonly first?: Difference;
}

const MEMORY_MB = 320;

const nameOf = (epoch: number, view: string, key: string): string => `${epoch} ${view} ${key}`;

export const auditStores = async (stores: AuditStores, options: AuditOptions, context: AuditContext): Promise<AuditReport | undefined> => {
  const publication = await stores.views.currentPublication();
  if (publication === undefined) return undefined;
  const scratch = scratchOf(options.workFolder, 0);
  await scratch.open();
  const engine = await openDuckDb({
    memoryLimitMb: options.memoryLimitMb ?? MEMORY_MB,
    threads: options.threads,
    tempFolder: `${scratch.folder}/spill`,
  });
  const interrupt = (): void => engine.interrupt();
  context.signal.addEventListener('abort', interrupt);
  try {
    const run: RunContext = {
      lake: openLake(stores.objects, scratch.folder, { cache: objectCacheIn(options.workFolder), signal: context.signal }),
      engine,
      ...context,
      now: context.now ?? (() => new Date()),
    };
    return await compare(run, stores, publication);
  } finally {
    context.signal.removeEventListener('abort', interrupt);
    await engine.close();
    await scratch.remove();
  }
};

/** Whether the first epoch after the cut was not projected from the cut on. A later one begins where the one before it ends. */
const isLate = ({ partition, epoch, from }: Coverage, coverage: readonly Coverage[], { cut }: Publication): boolean =>
  from > offsetAt(cut, partition) + 1 && !coverage.some((one) => one.partition === partition && one.epoch < epoch);

const compare = async (run: RunContext, stores: AuditStores, publication: Publication): Promise<AuditReport> => {
  const manifest = await readManifest(run.lake, publication.version);
  if (!manifest) throw new Error(`the manifest of version ${publication.version} is gone`);
  const last = await lastLanding(run.lake);
  const lost = await findLostFiles(run.lake, stores.log, last, { signal: run.signal });
  const damages = [...lost.map(archiveDamage), ...(await damagedArtefacts(stores.views, publication, run.signal))];
  const tables = new Map(manifest.tables.map((table) => [table.name, table]));
  const unreadable = new Set<string>();
  for (const view of KEYED_VIEWS) {
    const table = tables.get(`keyed.${view.name}`);
    for (const file of table?.files ?? []) {
      const fault = await run.lake.faultOf(file);
      if (!fault) continue;
      damages.push(lakeDamage(file.key, fault, true));
      unreadable.add(view.name);
    }
    if (table && !unreadable.has(view.name)) await defineStored(run.lake, run.engine, table);
  }
  const covered = coveredEpoch(publication);
  const coverage = (await stores.speed.progress()).flatMap((one) => one.coverage).filter((one) => one.epoch > covered);
  const nowMs = run.now().getTime();
  const missing = coverage.filter((one) => one.expiresAtMs <= nowMs || isLate(one, coverage, publication));

  let [events, states, differences] = [0, 0, 0];
  let first: Difference | undefined;
  const differ = (difference: Difference): void => {
    differences += 1;
    first ??= difference;
  };
  const position: Partial<Record<PartitionId, number>> = {};
  const task = run.progress.task({ name: 'recompute every event', unit: 'partitions', total: PARTITIONS.length });
  const unread: HeldRange[] = [];
  for (const partition of PARTITIONS) {
    run.signal.throwIfAborted();
    const gone = lost.filter((one) => !one.isInLog).flatMap(({ landing, topic }) => heldBy(landing, topic));
    const missed = gone.filter((one) => one.partition === partition && one.from < offsetAt(publication.cut, partition));
    if (missed.length > 0) {
      unread.push(...missed);
      task.advance(1);
      continue;
    }
    // Before the rows: what is projected meanwhile is newer, not missing.
    const reached = (await stores.speed.progress()).find((one) => one.partition === partition)?.position?.offset ?? 0;
    const projected = Math.max(offsetAt(publication.cut, partition), reached);
    const rows = await speedRows(stores.speed, partition, covered, coverage);
    // Rows may be newer than the position that was read: recompute as far as the newest of them.
    const end = Math.max(projected, ...[...rows.values()].map((row) => row.lastOffset + 1));
    position[partition] = end;
    const cut = offsetAt(publication.cut, partition);
    const records = async function* (): AsyncGenerator<readonly LogRecord[]> {
      yield* archivedOrLogged(run, stores.log, last, lost, partition, cut);
      yield* stores.log.range(partition, cut, end, { signal: run.signal });
    };
    const right = new Set<string>();
    const recomputed = await recompute(partition, records(), cut, ({ view, key, epoch }, { state, lastOffset }) => {
      const name = nameOf(epoch, view.storedName, key);
      const row = rows.get(name);
      if (row?.lastOffset !== lastOffset) return;
      states += 1;
      if (isDeepStrictEqual(decodeState(view, row.state), state)) right.add(name);
    });
    events += recomputed.events;
    const expired = new Set(missing.filter((one) => one.partition === partition).map((one) => one.epoch));
    compareEpochs({ partition, rows, right, recomputed, lost: expired, projected, differ });
    states += await compareVersion({ run, partition, tables, unreadable, recomputed, version: publication.version, differ });
    task.advance(1);
  }
  task.finish();
  return { version: publication.version, position, events, states, missing, damages, unread, differences, ...(first && { first }) };
};

/** The rows that count: those of each epoch's current generation. */
const speedRows = async (
  speed: SpeedStore,
  partition: PartitionId,
  covered: number,
  coverage: readonly Coverage[],
): Promise<ReadonlyMap<string, SpeedRow>> => {
  const generations = new Map(coverage.filter((one) => one.partition === partition).map((one) => [one.epoch, one.generation]));
  const rows = new Map<string, SpeedRow>();
  for (const view of viewsOf(partition))
    for await (const batch of speed.scan(view.storedName, covered))
      for (const row of batch)
        if (row.partition === partition && row.generation === (generations.get(row.epoch) ?? 0))
          rows.set(nameOf(row.epoch, row.view, row.key), row);
  return rows;
};

interface EpochComparison {
  readonly partition: PartitionId;
  readonly rows: ReadonlyMap<string, SpeedRow>;
  /** Names of rows that equal what the recompute gave at their last offset. */
  readonly right: ReadonlySet<string>;
  readonly recomputed: PartitionRecompute;
  readonly lost: ReadonlySet<number>;
  readonly projected: number;
  readonly differ: (difference: Difference) => void;
}

const compareEpochs = ({ partition, rows, right, recomputed, lost, projected, differ }: EpochComparison): void => {
  const expected = new Map<
    string,
    { readonly view: KeyedView; readonly key: string; readonly epoch: number; readonly state: Recomputed }
  >();
  for (const [epoch, byView] of recomputed.epochs)
    for (const view of viewsOf(partition))
      for (const [key, state] of byView.get(view.storedName) ?? [])
        expected.set(nameOf(epoch, view.storedName, key), { view, key, epoch, state });
  for (const [name, { view, key, epoch, state }] of expected) {
    const row = rows.get(name);
    const isComplete = row !== undefined && right.has(name) && (row.lastOffset === state.lastOffset || state.lastOffset >= projected);
    if (isComplete || lost.has(epoch) || (row === undefined && state.lastOffset >= projected)) continue;
    const found = row === undefined ? null : { last_offset: row.lastOffset, state: decodeState(view, row.state) };
    differ({
      partition,
      view: view.name,
      key,
      part: 'epoch',
      number: epoch,
      found,
      expected: { last_offset: state.lastOffset, state: state.state },
    });
  }
  for (const [name, row] of rows)
    if (!expected.has(name) && !lost.has(row.epoch))
      differ({ partition, view: row.view, key: row.key, part: 'epoch', number: row.epoch, found: row.state, expected: null });
};

interface VersionComparison {
  readonly run: RunContext;
  readonly partition: PartitionId;
  readonly tables: ReadonlyMap<string, TableRecord>;
  /** Names of views whose table is damaged. */
  readonly unreadable: ReadonlySet<string>;
  readonly recomputed: PartitionRecompute;
  readonly version: number;
  readonly differ: (difference: Difference) => void;
}

/** Returns how many states were compared. */
const compareVersion = async ({ run, partition, tables, unreadable, recomputed, version, differ }: VersionComparison): Promise<number> => {
  let compared = 0;
  for (const view of viewsOf(partition)) {
    if (unreadable.has(view.name)) continue;
    const expected = new Map(recomputed.covered.get(view.storedName) ?? []);
    const table = tables.get(`keyed.${view.name}`);
    const about = { partition, view: view.name, part: 'version', number: version } as const;
    if (table && table.rows > 0) {
      const state = Object.keys(view.measures)
        .map((name) => `'${name}': "${name}"`)
        .join(', ');
      const key = view.bucketMs === undefined ? 'movie_id' : `movie_id || '|' || bucket_ms`;
      const select = `SELECT CAST(to_json([movie_id, ${key}, CAST(to_json({${state}}) AS VARCHAR)]) AS VARCHAR) FROM ${table.name} ORDER BY ${keyColumns(view).join(', ')}`;
      for await (const texts of run.engine.streamText(select, run.signal))
        for (const text of texts) {
          const [movieId, name, json] = JSON.parse(text) as [string, string, string]; // as: the columns selected
          if (partitionOf(topicOf(partition), movieId) !== partition) continue;
          compared += 1;
          const found: unknown = decodeState(view, json);
          const wanted = expected.get(name);
          expected.delete(name);
          if (!isDeepStrictEqual(found, wanted?.state)) differ({ ...about, key: name, found, expected: wanted?.state ?? null });
        }
    }
    for (const [key, { state }] of expected) differ({ ...about, key, found: null, expected: state });
  }
  return compared;
};
