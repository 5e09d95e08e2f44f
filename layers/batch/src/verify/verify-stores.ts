/**
 * Whether what is stored is what was stored: every byte of the lake and of the views against its checksum, every record of the log and the speed store
 * against its own. Only reads; may run beside everything else.
 */
import { PARTITIONS } from '@rushes/domain';
import { CorruptObjectError, type Lake, openLake, readManifest } from '@rushes/lake';
import { boundsAt, DamagedRecordError, type EventLog, type Publication, type SpeedStore, unsealJson } from '@rushes/ports';
import type { Progress } from '@rushes/runtime';
import { KEYED_VIEWS } from '@rushes/views';
import { lastLanding } from '../archive/landing.ts';
import { type Opening, readOpenings } from '../archive/opening.ts';
import type { BatchStores } from '../context/stores.ts';
import { ICEBERG, isReadable, KEPT_KEY } from '../iceberg/stored-table.ts';
import { artefactDamage, type Damage, lakeDamage } from './damage.ts';
import { archiveDamage, findLostFiles } from './verify-archive.ts';

export interface VerifyStores extends Pick<BatchStores, 'objects' | 'views'> {
  readonly log?: EventLog;
  readonly speed?: SpeedStore;
}

export interface VerifyContext {
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface VerifyReport {
  /** The published version; `null`: none is. */
  readonly version: number | null;
  /** What was compared. */
  readonly objects: number;
  readonly bytes: number;
  readonly artefacts: number;
  readonly records: number;
  readonly rows: number;
  /** Artefacts that were built before there were checksums: nothing can be said of them. The next batch run builds them anew. */
  readonly unsealed: readonly string[];
  readonly damages: readonly Damage[];
}

interface Found {
  objects: number;
  bytes: number;
  artefacts: number;
  records: number;
  rows: number;
  readonly unsealed: string[];
  readonly damages: Damage[];
}

/** Files of tables, and manifests and lists of Iceberg tables. */
const CONTENT_NAME = /([0-9a-f]{64})(?:\.parquet|-m0\.avro|\.avro)$/;
const ARCHIVE_FILE = /^bronze\/log\/[^/]+\/[0-9a-f]{64}\.parquet$/;

const isRecordDamaged = async (lake: Lake, key: string): Promise<boolean> => {
  const bytes = await lake.objects.get(key);
  try {
    if (bytes && key.startsWith(ICEBERG) && key !== KEPT_KEY) return !isReadable(key, bytes);
    if (bytes) unsealJson(bytes);
    return false;
  } catch (error) {
    if (error instanceof DamagedRecordError) return true;
    throw error;
  }
};

/** None where a record cannot be read: it is reported by itself. */
const readableOpenings = async (lake: Lake): Promise<readonly Opening[]> => {
  try {
    return await readOpenings(lake);
  } catch (error) {
    if (error instanceof CorruptObjectError) return [];
    throw error;
  }
};

/** Objects that the published version, or the archive's opening balance, names. */
const neededFiles = async (
  lake: Lake,
  publication: Publication | undefined,
  opening: Opening | undefined,
): Promise<ReadonlySet<string>> => {
  try {
    const manifest = publication && (await readManifest(lake, publication.version));
    return new Set([manifest, opening].flatMap((one) => one?.tables ?? []).flatMap(({ files }) => files.map(({ key }) => key)));
  } catch (error) {
    if (error instanceof CorruptObjectError) return new Set(); // it is reported by itself
    throw error;
  }
};

const verifyLake = async (
  lake: Lake,
  { log }: VerifyStores,
  publication: Publication | undefined,
  { progress, signal }: VerifyContext,
  found: Found,
) => {
  const keys: string[] = [];
  let total = 0;
  for await (const { key, bytes } of lake.objects.list('')) {
    keys.push(key);
    total += bytes;
  }
  const task = progress.task({ name: 'verify the lake', unit: 'bytes', total });
  const onBytes = (bytes: number): void => {
    found.bytes += bytes;
    task.advance(bytes);
  };
  const hashing = { again: true, signal, onBytes };
  const [opening] = await readableOpenings(lake);
  const needed = await neededFiles(lake, publication, opening);
  for (const key of keys) {
    signal.throwIfAborted();
    found.objects += 1;
    const [, sha256] = CONTENT_NAME.exec(key) ?? [];
    if (ARCHIVE_FILE.test(key)) continue; // by landings, below
    const isDamaged = sha256 === undefined ? await isRecordDamaged(lake, key) : (await lake.objects.sha256(key, hashing)) !== sha256;
    if (isDamaged) found.damages.push(lakeDamage(key, 'damaged', needed.has(key)));
  }
  const there = new Set(keys);
  for (const key of needed) if (!there.has(key)) found.damages.push(lakeDamage(key, 'missing', true));
  try {
    for (const lost of await findLostFiles(lake, log, { last: await lastLanding(lake), opening }, hashing))
      found.damages.push(archiveDamage(lost));
  } catch (error) {
    // The chain breaks at a record that is damaged, and reported above, or gone.
    if (signal.aborted || !(error instanceof Error)) throw error;
    if (!(error instanceof CorruptObjectError))
      found.damages.push({ ...lakeDamage('bronze/log/landings', 'missing', true), holds: error.message });
  }
  task.finish();
};

const verifyViews = async (
  { views }: VerifyStores,
  publication: Publication | undefined,
  { progress, signal }: VerifyContext,
  found: Found,
) => {
  const served = new Set(Object.values(publication?.views ?? {}).map(({ artefact }) => artefact));
  const artefacts = [...new Set([...(await views.listArtefacts()), ...served])];
  const task = progress.task({ name: 'verify the views', unit: 'artefacts', total: artefacts.length });
  for (const artefact of artefacts) {
    signal.throwIfAborted();
    const state = await views.verify(artefact, { again: true, signal, onBytes: (bytes) => (found.bytes += bytes) });
    found.artefacts += 1;
    if (state === 'unsealed') found.unsealed.push(artefact);
    if (state === 'damaged' || state === 'missing') found.damages.push(artefactDamage(artefact, state, served.has(artefact)));
    task.advance(1);
  }
  task.finish();
};

const saying = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const verifyLog = async (log: EventLog, { progress, signal }: VerifyContext, found: Found): Promise<void> => {
  const task = progress.task({ name: 'read the log', unit: 'partitions', total: PARTITIONS.length });
  for (const partition of PARTITIONS) {
    try {
      const { earliest, next } = boundsAt(await log.bounds(), partition);
      for await (const records of log.range(partition, earliest, next, { signal })) found.records += records.length;
    } catch (error) {
      signal.throwIfAborted();
      const wayOut = 'Restore the log from a backup, or see "The log is lost" in docs/recover.md.';
      found.damages.push({ store: 'log', name: `${log.location} ${partition}`, fault: 'damaged', holds: saying(error), way_out: wayOut });
    }
    task.advance(1);
  }
  task.finish();
};

const verifySpeed = async (speed: SpeedStore, { progress, signal }: VerifyContext, found: Found): Promise<void> => {
  const task = progress.task({ name: 'read the speed store', unit: 'views', total: KEYED_VIEWS.length });
  for (const view of KEYED_VIEWS) {
    try {
      for await (const rows of speed.scan(view.storedName, 0)) {
        signal.throwIfAborted();
        found.rows += rows.length;
      }
    } catch (error) {
      signal.throwIfAborted();
      const wayOut = 'Stop everything and delete it with its -wal and -shm files: the speed layer projects it again from the log.';
      found.damages.push({
        store: 'speed',
        name: `${speed.location} ${view.name}`,
        fault: 'damaged',
        holds: saying(error),
        way_out: wayOut,
      });
    }
    task.advance(1);
  }
  task.finish();
};

export const verifyStores = async (stores: VerifyStores, context: VerifyContext): Promise<VerifyReport> => {
  const found: Found = { objects: 0, bytes: 0, artefacts: 0, records: 0, rows: 0, unsealed: [], damages: [] };
  const publication = await stores.views.currentPublication();
  await verifyLake(openLake(stores.objects, ''), stores, publication, context, found);
  await verifyViews(stores, publication, context, found);
  if (stores.log) await verifyLog(stores.log, context, found);
  if (stores.speed) await verifySpeed(stores.speed, context, found);
  return { version: publication?.version ?? null, ...found };
};
