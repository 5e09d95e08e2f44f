/**
 * Since which version a title's rating is what IMDb's dump says: state that is carried from version to version, since no dump tells it. Invariant: a row
 * that did not change keeps its number, so an edit that came after the rating is not overridden by a dump that says the same again.
 */
import { areSound, defineStored, hashJson, type TableRecord } from '@rushes/lake';
import type { RunContext } from '../run-context.ts';
import type { EventTable } from './event-tables.ts';
import { type ParentVersion } from './silver-events.ts';

export const RATING_CHANGES: EventTable = {
  name: 'silver.rating_changes',
  columns: [
    { name: 'tconst', type: 'VARCHAR' },
    { name: 'since', type: 'BIGINT' },
  ],
  meaning:
    'Ratings of IMDb that came or changed with a version, and its number: what was observed before that version yields to them. Ratings that are not listed are as old as the first version.',
};

const FORM = 'rating changes 1';
const PARENT_RATINGS = 'parent.ratings';
const PARENT_CHANGES = 'parent.rating_changes';

const tableOf = (files: TableRecord['files']): TableRecord => ({
  name: RATING_CHANGES.name,
  derivation: `${FORM} ${hashJson(files.map((file) => file.sha256)).slice(0, 24)}`,
  columns: [...RATING_CHANGES.columns],
  rows: files.reduce((sum, file) => sum + file.rows, 0),
  files,
});

const contentOf = (table: TableRecord): string => JSON.stringify(table.files.map((file) => file.sha256));

/**
 * @param ratings `silver.ratings` of this version, defined in the engine.
 * @param parent the published version, also under `--full`: this is history.
 */
export const buildRatingChanges = async (
  { lake, engine, logger }: RunContext,
  version: number,
  ratings: TableRecord,
  parent: ParentVersion | undefined,
): Promise<{ readonly table: TableRecord; readonly reused: boolean }> => {
  const before = parent?.tables.find((table) => table.name === ratings.name);
  const listed = parent?.tables.find((table) => table.name === RATING_CHANGES.name);
  const changes = listed && (await areSound(lake, listed.files)) ? listed : tableOf([]);
  if (listed && changes !== listed)
    logger.warn(`${RATING_CHANGES.name} of version ${parent?.version} is gone or damaged: changes before it are not known any more`);
  const isComparable = before !== undefined && contentOf(before) !== contentOf(ratings) && (await areSound(lake, before.files));
  if (!isComparable) {
    if (before && contentOf(before) !== contentOf(ratings))
      logger.warn(`${ratings.name} of version ${parent?.version} is gone or damaged: which ratings changed since is not known`);
    await defineStored(lake, engine, changes);
    return { table: changes, reused: true };
  }
  await defineStored(lake, engine, { ...before, name: PARENT_RATINGS });
  await defineStored(lake, engine, { ...changes, name: PARENT_CHANGES });
  const path = lake.scratchPath('silver.rating_changes.parquet');
  const rows = await engine.writeParquet(
    `SELECT tconst, since FROM (SELECT n.tconst, CASE WHEN p.tconst IS NULL OR n.rating_tenths IS DISTINCT FROM p.rating_tenths OR ` +
      `n.votes IS DISTINCT FROM p.votes THEN CAST(${version} AS BIGINT) ELSE c.since END AS since ` +
      `FROM ${ratings.name} n LEFT JOIN ${PARENT_RATINGS} p ON p.tconst = n.tconst LEFT JOIN ${PARENT_CHANGES} c ON c.tconst = n.tconst) listed ` +
      `WHERE since IS NOT NULL ORDER BY tconst`,
    path,
  );
  const table = tableOf(rows === 0 ? [] : [await lake.storeFile('silver/rating_changes', path, rows)]);
  await defineStored(lake, engine, table);
  return { table, reused: false };
};
