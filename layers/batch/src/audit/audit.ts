/**
 * Whether the promise holds: what the batch layer kept from version to version, and what the speed layer keeps of each epoch since, against a plain
 * recompute over all events. Reads only; may run beside everything else.
 */
import { isDeepStrictEqual } from 'node:util';

import { offsetAt, type OffsetVector, PARTITIONS, type PartitionId } from '@rushes/domain';
import { readManifest } from '@rushes/lake';
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
import { decodeState, KEYED_VIEWS } from '@rushes/views';

import { type HeldRange, heldBy } from '../archive/landed-files.ts';
import { type Archive, openArchive } from '../archive/opening.ts';
import type { RunContext } from '../context/run-context.ts';
import type { BatchStores } from '../context/stores.ts';
import { type EngineOptions, withRunContext } from '../context/with-run-context.ts';
import { type Damage, lakeDamage } from '../verify/damage.ts';
import { archiveDamage, damagedOpening, findLostFiles, type LostArchiveFile } from '../verify/verify-archive.ts';
import { archivedOrLogged, damagedArtefacts } from './audited.ts';
import { isLedgerOfForm } from '../events/late-events.ts';
import { LATE_EVENTS } from '../models/event-tables.ts';
import { compareLedger } from './compare-ledger.ts';
import { compareEpochs, compareVersion, type Difference, nameOf } from './compare-states.ts';
import { isCompared, startAt } from './opening-states.ts';
import { recompute, viewsOf } from './recompute.ts';

export type { Difference } from './compare-states.ts';

export interface AuditStores extends BatchStores {
  readonly log: EventLog;
  readonly speed: SpeedStore;
}

export type AuditOptions = EngineOptions;

export interface AuditContext {
  readonly logger: Logger;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly now?: () => Date;
}

export interface AuditReport {
  readonly version: number;
  /** Events before these offsets were recomputed. */
  readonly position: OffsetVector;
  readonly events: number;
  /** States that were compared. */
  readonly states: number;
  /** Rows of the ledger of late events that were compared; 0 also where the version has none that this code makes. */
  readonly late_rows: number;
  /** Epochs that are not in the speed store as a whole: their states were not compared, and answers say `gap`. */
  readonly missing: readonly Coverage[];
  /** What was not compared, or differs, because it is not what was stored. */
  readonly damages: readonly Damage[];
  /** Events that could not be read: they are lost in the archive, and the log has them no more. Their partitions were not compared. */
  readonly unread: readonly HeldRange[];
  /**
   * Views that are defined otherwise than when the archive's opening balance was sealed: what they have of the version was not compared, since the events
   * themselves are gone. The next balance has them.
   */
  readonly redefined: readonly string[];
  readonly differences: number;
  /** The first one of all. */
  readonly first?: Difference;
}

export const auditStores = async (stores: AuditStores, options: AuditOptions, context: AuditContext): Promise<AuditReport | undefined> => {
  const publication = await stores.views.currentPublication();
  return publication && withRunContext(stores, options, context, (run) => compare(run, stores, publication));
};

/** Whether the first epoch after the cut was not projected from the cut on. A later one begins where the one before it ends. */
const isLate = ({ partition, epoch, from }: Coverage, coverage: readonly Coverage[], { cut }: Publication): boolean =>
  from > offsetAt(cut, partition) + 1 && !coverage.some((one) => one.partition === partition && one.epoch < epoch);

const compare = async (run: RunContext, stores: AuditStores, publication: Publication): Promise<AuditReport> => {
  const manifest = await readManifest(run.lake, publication.version);
  if (!manifest) throw new Error(`the manifest of version ${publication.version} is gone`);
  const archive = await openArchive(run.lake);
  const lost = await findLostFiles(run.lake, stores.log, archive, { signal: run.signal });
  const damages = [
    ...lost.map(archiveDamage),
    ...(await damagedOpening(run.lake, archive)),
    ...(await damagedArtefacts(stores.views, publication, run.signal)),
  ];
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
    if (table && !unreadable.has(view.name)) await run.engine.defineTable(table);
  }
  const ledger = await ledgerToCompare(run, tables.get(LATE_EVENTS.name), damages);
  const covered = coveredEpoch(publication);
  const coverage = (await stores.speed.progress()).flatMap((one) => one.coverage).filter((one) => one.epoch > covered);
  const nowMs = run.now().getTime();
  const missing = coverage.filter((one) => one.expiresAtMs <= nowMs || isLate(one, coverage, publication));

  let [events, states, lateRows, differences] = [0, 0, 0, 0];
  let first: Difference | undefined;
  const differ = (difference: Difference): void => {
    differences += 1;
    first ??= difference;
  };
  const position: Partial<Record<PartitionId, number>> = {};
  const task = run.progress.task({ name: 'recompute every event', unit: 'partitions', total: PARTITIONS.length });
  const unread: HeldRange[] = [];
  const redefined = new Set<string>();
  for (const partition of PARTITIONS) {
    run.signal.throwIfAborted();
    const cut = offsetAt(publication.cut, partition);
    const missed = unreadBefore(archive, lost, damages, partition, cut);
    if (missed.length > 0) {
      unread.push(...missed);
      task.advance(1);
      continue;
    }
    // Before the rows: what is projected meanwhile is newer, not missing.
    const reached = (await stores.speed.progress()).find((one) => one.partition === partition)?.position?.offset ?? 0;
    const projected = Math.max(cut, reached);
    const rows = await speedRows(stores.speed, partition, covered, coverage);
    // Rows may be newer than the position that was read: recompute as far as the newest of them.
    const end = Math.max(projected, ...[...rows.values()].map((row) => row.lastOffset + 1));
    position[partition] = end;
    const records = async function* (): AsyncGenerator<readonly LogRecord[]> {
      yield* archivedOrLogged(run, stores.log, archive, lost, partition, cut);
      yield* stores.log.range(partition, cut, end, { signal: run.signal });
    };
    const start = await startAt(run, archive, partition, cut);
    const right = new Set<string>();
    const compared = viewsOf(partition).filter((view) => isCompared(view, start));
    const begins = start ? offsetAt(archive.opening?.cut ?? {}, partition) : 0;
    const late =
      ledger &&
      compareLedger(run, { partition, from: begins, cut, version: publication.version, views: compared.map(({ name }) => name), differ });
    const recomputed = await recompute(
      partition,
      records(),
      cut,
      ({ view, key, epoch }, { state, lastOffset }) => {
        const name = nameOf(epoch, view.storedName, key);
        const row = rows.get(name);
        if (row?.lastOffset !== lastOffset) return;
        states += 1;
        if (isDeepStrictEqual(decodeState(view, row.state), state)) right.add(name);
      },
      start,
      late?.expect,
    );
    lateRows += (await late?.end()) ?? 0;
    events += recomputed.events;
    const expired = new Set(missing.filter((one) => one.partition === partition).map((one) => one.epoch));
    compareEpochs({ partition, rows, right, recomputed, lost: expired, projected, differ });
    for (const view of viewsOf(partition)) if (!compared.includes(view)) redefined.add(view.name);
    const views = compared.filter(({ name }) => !unreadable.has(name));
    states += await compareVersion({ run, partition, tables, views, recomputed, version: publication.version, differ });
    task.advance(1);
  }
  task.finish();
  const outside = { missing, damages, unread, redefined: [...redefined] };
  return { version: publication.version, position, events, states, late_rows: lateRows, ...outside, differences, ...(first && { first }) };
};

/** The ledger of late events, defined; `undefined` where the version has none of this form, or it is damaged. */
const ledgerToCompare = async (run: RunContext, table: TableRecord | undefined, damages: Damage[]): Promise<TableRecord | undefined> => {
  if (!table || !isLedgerOfForm(table)) return undefined;
  const faults = [];
  for (const { key, ...file } of table.files) {
    const fault = await run.lake.faultOf({ key, ...file });
    if (fault) faults.push(lakeDamage(key, fault, true));
  }
  damages.push(...faults);
  if (faults.length > 0) return undefined;
  await run.engine.defineTable(table);
  return table;
};

/**
 * Offsets before the cut that a partition's recompute needs and cannot have: they are lost in the archive and not in the log, or the opening balance that
 * stands for them is damaged.
 */
const unreadBefore = (
  { opening }: Archive,
  lost: readonly LostArchiveFile[],
  damages: readonly Damage[],
  partition: PartitionId,
  cut: number,
): readonly HeldRange[] => {
  const begins = offsetAt(opening?.cut ?? {}, partition);
  const isHarmed = opening?.tables.some(({ files }) => files.some(({ key }) => damages.some(({ name }) => name === key))) === true;
  const held = lost
    // What lies before the balance is read for duplicates, and from the archive alone.
    .flatMap((one) => heldBy(one.landing, one.topic).filter(({ to }) => !one.isInLog || to <= begins))
    .filter((one) => one.partition === partition && one.from < cut);
  return isHarmed ? [{ partition, from: 0, to: begins }, ...held] : held;
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
