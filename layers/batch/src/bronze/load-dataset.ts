/**
 * Bronze: a file as it was read, every column a text, plus where each line stood. Append-only and named by the content of the file,
 * so bytes that did not change are not loaded again.
 */
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { IMDB_DATASETS, type ImdbDataset } from '@rushes/domain';
import { areSound, type Lake } from '@rushes/lake';
import { type Column, quoteIdentifier, quoteLiteral } from '@rushes/ports/batch-engine';
import { type Dump, TableFile, TableRecord } from '@rushes/ports/manifest';
import type { ObjectInfo } from '@rushes/ports';
import { TransientError } from '@rushes/runtime';
import Type, { type Static } from 'typebox';
import type { RunContext } from '../context/run-context.ts';
import { hashOf, modifiedMsOf, type SourceFile } from './imdb-source.ts';
import { stageFile } from './stage-file.ts';

/** Changes when the same bytes would be loaded into other rows. */
const LOADER_VERSION = 1;

/** What a load left behind: put last, so that a load is either whole or not there. */
const LoadRecord = Type.Object({
  dataset: Type.String(),
  sourceFile: Type.String(),
  sha256: Type.String(),
  loadId: Type.String(),
  loadedAt: Type.String(),
  /** When the content was so, as it was known when it was first loaded; missing in loads of earlier versions. */
  observedAt: Type.Optional(Type.String()),
  lines: Type.Integer(),
  rejectedLines: Type.Integer(),
  table: TableRecord,
  rejects: TableFile,
});

export interface BronzeTable {
  readonly dataset: ImdbDataset;
  readonly dump: Dump;
  readonly table: TableRecord;
  /** Lines that have not the file's form: `line_number`, `reason`, `raw`. */
  readonly rejects: TableFile | undefined;
  readonly reused: boolean;
}

const bronzeName = (dataset: ImdbDataset): string => `bronze.${dataset.replace('.', '_')}`;

const LINE_NUMBER = { name: 'line_number', type: 'BIGINT' } as const;

const ADDED_COLUMNS = [{ name: 'source_file', type: 'VARCHAR' }, LINE_NUMBER, { name: 'load_id', type: 'VARCHAR' }] as const;

export const REJECT_COLUMNS: readonly Column[] = [LINE_NUMBER, { name: 'reason', type: 'VARCHAR' }, { name: 'raw', type: 'VARCHAR' }];

/** A line may hold so much when it is rejected, and JSON makes of it what escapes take. */
const LONGEST_REJECT_BYTES = (8 << 20) - 1;

const STAGED = 'scratch.staged_file';

const tableColumns = (columns: readonly string[]): TableRecord['columns'] => [
  ...columns.map((name) => ({ name, type: 'VARCHAR' })),
  ...ADDED_COLUMNS,
];

/** The table of a data set that is not there: its columns without rows. */
export const absentDataset = (dataset: ImdbDataset): BronzeTable => ({
  dataset,
  dump: { dataset, present: false },
  table: {
    name: bronzeName(dataset),
    derivation: `absent-${LOADER_VERSION}`,
    columns: tableColumns(IMDB_DATASETS[dataset]),
    rows: 0,
    files: [],
  },
  rejects: undefined,
  reused: true,
});

const loadKey = (dataset: ImdbDataset, sha256: string): string => `bronze/${dataset}/load-${LOADER_VERSION}-${sha256}.json`;

/** The same bytes read again are no new observation: what the first load said stands. */
const observedAtOf = ({ observedAt, loadedAt }: Static<typeof LoadRecord>): string => observedAt ?? loadedAt;

const fromRecord = (dataset: ImdbDataset, record: Static<typeof LoadRecord>, reused: boolean): BronzeTable => ({
  dataset,
  dump: {
    dataset,
    present: true,
    sourceFile: record.sourceFile,
    sha256: record.sha256,
    loadId: record.loadId,
    loadedAt: record.loadedAt,
    observedAt: observedAtOf(record),
    lines: record.lines,
    rows: record.table.rows,
    rejectedLines: record.rejectedLines,
  },
  table: record.table,
  rejects: record.rejects,
  reused,
});

/** Whether a load's files are still what was stored: what was lost is loaded again. */
const isWhole = (lake: Lake, { table, rejects }: Static<typeof LoadRecord>): Promise<boolean> => areSound(lake, [...table.files, rejects]);

/**
 * Keys of what loads have left in a data set's folder and somebody needs: records and files of those whose table is needed, or that are young.
 * @param isNeeded whether a file of a table is read by a version that is kept.
 */
export const neededOfLoads = async (
  lake: Lake,
  objects: readonly ObjectInfo[],
  isNeeded: (key: string) => boolean,
  isYoung: (info: ObjectInfo) => boolean,
): Promise<ReadonlySet<string>> => {
  const needed = new Set<string>();
  for (const info of objects) {
    if (!info.key.endsWith('.json')) continue;
    const record = await lake.readRemadeJson(info.key, LoadRecord);
    if (!record) continue;
    const files = [...record.table.files, record.rejects].map(({ key }) => key);
    if (isYoung(info) || record.table.files.some(({ key }) => isNeeded(key))) for (const key of [info.key, ...files]) needed.add(key);
  }
  return needed;
};

/** A file that is staged but not yet in the lake, or one whose content was loaded before. */
export type PreparedLoad =
  | { readonly loaded: BronzeTable }
  | {
      readonly file: SourceFile;
      readonly folder: string;
      readonly staged: Awaited<ReturnType<typeof stageFile>>;
      readonly observedAt: string;
    };

/** A file is an observation of the time when it was last changed; no clock may put it into the future. */
const timeOfFile = async (file: SourceFile, now: Date): Promise<string> => {
  const modifiedMs = await modifiedMsOf(file);
  return new Date(Math.min(Math.floor(modifiedMs), now.getTime())).toISOString();
};

/** Reads a file, unless its content was loaded before. Uses no SQL engine, so it can go on beside one. */
export const prepareLoad = async (
  context: Pick<RunContext, 'lake' | 'progress' | 'signal' | 'now'>,
  file: SourceFile,
): Promise<PreparedLoad> => {
  const time = await timeOfFile(file, context.now());
  const sha256 = await hashOf(file, context);
  const record = await context.lake.readRemadeJson(loadKey(file.dataset, sha256), LoadRecord);
  if (record && (await isWhole(context.lake, record))) return { loaded: fromRecord(file.dataset, record, true) };
  const folder = context.lake.scratchPath(join('staged', file.dataset));
  await mkdir(folder, { recursive: true });
  const task = context.progress.task({ name: `read ${basename(file.path)}`, unit: 'bytes', total: file.bytes });
  const staged = await stageFile(file, join(folder, 'lines.tsv'), join(folder, 'rejects.jsonl'), {
    onBytes: (count) => task.advance(count),
    signal: context.signal,
  });
  task.finish(`${staged.lines.toLocaleString('en-US')} lines`);
  if (staged.sha256 !== sha256)
    throw new TransientError(`${file.path} changed while it was read`, { hint: 'run again once the file is complete' });
  return { file, folder, staged, observedAt: record ? observedAtOf(record) : time };
};

/** Writes a staged file to bronze and records the load. */
export const finishLoad = async ({ lake, engine, now }: RunContext, prepared: PreparedLoad): Promise<BronzeTable> => {
  if ('loaded' in prepared) return prepared.loaded;
  const { file, folder, staged, observedAt } = prepared;
  const { dataset } = file;
  const loadId = staged.sha256.slice(0, 16);
  const sourceFile = basename(file.path);
  const columns = tableColumns(staged.columns);
  const list = columns.map((column) =>
    column.name === 'source_file'
      ? `${quoteLiteral(sourceFile)} AS source_file`
      : column.name === 'load_id'
        ? `${quoteLiteral(loadId)} AS load_id`
        : quoteIdentifier(column.name),
  );
  const name = bronzeName(dataset);
  await engine.defineLines(STAGED, {
    format: 'tsv',
    path: join(folder, 'lines.tsv'),
    columns: [LINE_NUMBER, ...staged.columns.map((column) => ({ name: column, type: 'VARCHAR' }))],
  });
  const draft = await engine.write({ table: name, select: `SELECT ${list.join(', ')} FROM ${STAGED}` });
  const { rows } = draft;
  if (rows !== staged.stagedLines)
    throw new TransientError(`${file.path}: ${staged.stagedLines} lines were staged but ${rows} rows arrived in bronze`, {
      hint: 'run again; if it happens again, report it',
    });
  await engine.defineLines(STAGED, {
    format: 'json',
    path: join(folder, 'rejects.jsonl'),
    columns: REJECT_COLUMNS,
    longestLineBytes: LONGEST_REJECT_BYTES,
  });
  const rejected = await engine.write({ table: `${name}_rejects`, select: `SELECT * FROM ${STAGED}` });
  if (rejected.rows !== staged.rejectedLines)
    throw new TransientError(`${file.path}: ${staged.rejectedLines} lines were rejected but ${rejected.rows} arrived in bronze`);
  await rm(folder, { recursive: true });

  const record: Static<typeof LoadRecord> = {
    dataset,
    sourceFile,
    sha256: staged.sha256,
    loadId,
    loadedAt: now().toISOString(),
    observedAt,
    lines: staged.lines,
    rejectedLines: staged.rejectedLines,
    table: {
      name,
      derivation: `${LOADER_VERSION}-${staged.sha256}`,
      columns,
      rows,
      files: [await draft.keep(`bronze/${dataset}`)],
    },
    rejects: await rejected.keep(`bronze/${dataset}/rejects`),
  };
  await lake.putJson(loadKey(dataset, staged.sha256), record);
  return fromRecord(dataset, record, false);
};
