/**
 * Builds an artefact in one transaction on a connection of its own: table, rows, indexes, statistics, checksum and the catalog's row are there together or not at all.
 * So a builder that dies leaves nothing, and what it held is free as soon as the server sees that it is gone. Builders of one name wait for each other; who
 * comes second finds the artefact.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ArtefactLayout, ArtefactNotFoundError, type ArtefactRow, type BuildOptions, type CellValue } from '@rushes/ports';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

import { ArtefactFaultError } from '../artefact-checks/artefact-fault.ts';
import type { Connections, Run } from '../postgres-access/connections.ts';
import { lacksTables } from '../postgres-access/format.ts';
import { quoted } from '../postgres-access/identifiers.ts';
import { textOfStored } from '../postgres-access/stored-text.ts';
import { type Catalog, type Partition, tableName } from './catalog.ts';
import { keyChunks, rowChunks, type Written } from './copy-text.ts';
import { checkLayout, indexesSql, layoutText, statisticsSql, tableSql } from './layout.ts';
import { rowsSum, sumStatement } from './rows-sum.ts';

/** More values than this are no partitions. */
const MOST_PARTITIONS = 200;
const UNIQUE_VIOLATION = '23505';

export interface Build {
  readonly connections: Connections;
  /** Quoted. */
  readonly schema: string;
  readonly catalog: Catalog;
  readonly artefact: string;
  readonly layout: ArtefactLayout;
  readonly rows: AsyncIterable<readonly ArtefactRow[]>;
  readonly options: BuildOptions;
  /** Asked when no other builder of this name is at work: the artefact's number of rows, if it is there as it is to be. */
  readonly existing: () => Promise<number | undefined>;
}

/** Streams chunks into a table; the source is read as fast as the server takes them. */
const copy = async (client: pg.Client, statement: string, chunks: AsyncGenerator<Buffer>): Promise<void> => {
  await pipeline(Readable.from(chunks, { objectMode: true, highWaterMark: 1 }), client.query(copyFrom(statement)));
};

const copyParent = async (
  run: Run,
  client: pg.Client,
  build: Build & Required<Pick<BuildOptions, 'parent'>>,
  table: string,
  number: number,
): Promise<void> => {
  const { connections, schema, catalog, layout, parent } = build;
  const entry = await catalog.find(parent.artefact);
  if (entry === undefined) throw new ArtefactNotFoundError(connections.location, parent.artefact);
  if (layoutText(entry.layout) !== layoutText(layout))
    throw new ArtefactFaultError(`its parent ${parent.artefact} has another layout: build it whole`);
  const removed = `${schema}.${quoted(`removed_${number}`)}`;
  await run(`CREATE UNLOGGED TABLE ${removed} (key text COLLATE "C" NOT NULL)`);
  await copy(client, `COPY ${removed} FROM STDIN`, keyChunks(parent.removedKeys));
  await run(`ANALYZE ${removed}`);
  // A copy has the order of its parent, not one that begins where another scan is.
  await run('SET LOCAL synchronize_seqscans = off');
  try {
    const key = quoted(layout.key);
    await run(
      `INSERT INTO ${table} SELECT p.* FROM ${schema}.${tableName(entry.number)} p WHERE NOT EXISTS (SELECT 1 FROM ${removed} r WHERE r.key = p.${key})`,
    );
  } catch (error) {
    // Dropped since its row was read.
    if (lacksTables(error)) throw new ArtefactNotFoundError(connections.location, parent.artefact);
    throw error;
  }
  await run(`DROP TABLE ${removed}`);
};

/** What the server says of a value that repeats, with its name. */
const repetition = (layout: ArtefactLayout, error: unknown): ArtefactFaultError | undefined => {
  if (!(error instanceof pg.DatabaseError) || error.code !== UNIQUE_VIOLATION) return undefined;
  const [, name = '', value = ''] = /^Key \("?(\w+)"?\)=\((.*)\) is duplicated\.$/s.exec(error.detail ?? '') ?? [];
  const what = name === layout.key || name === '' ? 'key' : name;
  return new ArtefactFaultError(`two rows have the ${what} ${textOfStored(value)}`);
};

const makeIndexes = async (run: Run, { layout, schema }: Build, table: string): Promise<void> => {
  const [trigrams] = await run(
    `SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm' AND has_schema_privilege(n.oid, 'USAGE')`,
  );
  const where = typeof trigrams?.[0] === 'string' ? `"${trigrams[0].replaceAll('"', '""')}"` : undefined;
  try {
    for (const statement of indexesSql(layout, `${schema}.${table}`, where)) await run(statement);
  } catch (error) {
    throw repetition(layout, error) ?? error;
  }
};

const partitionsIn = async (run: Run, { partition }: ArtefactLayout, table: string): Promise<readonly Partition[] | undefined> => {
  if (partition === undefined) return undefined;
  const rows = await run(`SELECT ${quoted(partition)}, count(*) FROM ${table} GROUP BY 1 ORDER BY 1 LIMIT ${MOST_PARTITIONS + 1}`);
  if (rows.length > MOST_PARTITIONS) return undefined;
  return rows.map(([value = null, count]): Partition => ({
    value: typeof value === 'string' ? textOfStored(value) : (value as CellValue),
    rows: Number(count),
  }));
};

const buildIn = async (run: Run, client: pg.Client, build: Build): Promise<number> => {
  const { schema, catalog, artefact, layout, rows, options } = build;
  const { parent, signal } = options;
  await run({ text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', values: [`rushes:${schema}:artefact:${artefact}`] });
  const there = await build.existing();
  if (there !== undefined) return there;
  const number = await catalog.nextNumber(run);
  const name = tableName(number);
  const table = `${schema}.${name}`;
  await run(tableSql(layout, table));
  if (parent !== undefined) await copyParent(run, client, { ...build, parent }, table, number);
  const written: Written = { rows: 0 };
  // FREEZE: nobody sees the table before it is whole, so its rows need no mark of when they came, and no pass that takes the marks away.
  await copy(client, `COPY ${table} FROM STDIN WITH (FREEZE)`, rowChunks(layout, rows, written));
  signal?.throwIfAborted();
  await makeIndexes(run, build, name);
  await run(statisticsSql(layout, table));
  const [summed = []] = await run(sumStatement(table));
  const { rows: count, sum } = rowsSum(summed);
  await catalog.put(run, { name: artefact, number, layout, rows: count, partitions: await partitionsIn(run, layout, table), sum });
  signal?.throwIfAborted();
  return count;
};

/** Throws `ArtefactFaultError`, `ArtefactNotFoundError` for the parent, or the signal's reason; then nothing is visible. */
export const buildArtefact = async (build: Build): Promise<number> => {
  const { connections, artefact, layout, options } = build;
  try {
    checkLayout(layout);
    return await connections.build((run, client) => buildIn(run, client, build), { signal: options.signal });
  } catch (error) {
    throw error instanceof ArtefactFaultError
      ? new ArtefactFaultError(`building the artefact ${artefact} in ${connections.location}: ${error.message}`)
      : error;
  }
};
