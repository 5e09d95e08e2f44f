import { DatabaseSync } from 'node:sqlite';
import { ArtefactFaultError } from './errors.ts';
import { readLayout } from './artefact-file.ts';
import { type PhysicalLayout, physicalLayout, POSITION_STEP, quoted } from './physical-layout.ts';
import { FILLING, indexesSql, PAGES, tablesSql } from './schema.ts';

/** The long steps at the end of a build: bringing rows into the order of their keys, and building the indexes. */
export interface FinishTask {
  /** The file whose indexes are built. */
  readonly path: string;
  /** The rows in another order, if they have to be sorted; `path` is then a new file. */
  readonly arrived?: string;
}

const SQLITE_CONSTRAINT_UNIQUE = 2067;

/** Copies all rows to positions in the order of their keys. */
const sortFrom = (database: DatabaseSync, arrived: string, { layout, columns, sets }: PhysicalLayout): void => {
  database.prepare('ATTACH ? AS arrived').run(arrived);
  const rest = (names: readonly string[]): string => ['p.sorted', ...names].join(', ');
  const documents = layout.documents.map((name) => `a.${quoted(name)}`);
  const entries = ['a._partition', ...sets.map((set) => `a.${quoted(`_mask_${set}`)}`), ...columns.map((column) => `a.${quoted(column)}`)];
  database.exec(`
    BEGIN;
    CREATE TEMP TABLE places (sorted INTEGER PRIMARY KEY, arrived INTEGER NOT NULL);
    INSERT INTO places SELECT row_number() OVER (ORDER BY ${quoted(layout.key)}) * ${POSITION_STEP}, _pos FROM arrived.entries;
    INSERT INTO main.entries SELECT ${rest(entries)} FROM places p CROSS JOIN arrived.entries a ON a._pos = p.arrived ORDER BY p.sorted;
    INSERT INTO main.documents SELECT ${rest(documents)} FROM places p CROSS JOIN arrived.documents a ON a._pos = p.arrived ORDER BY p.sorted;
    CREATE TEMP TABLE places_back AS SELECT arrived, sorted FROM places ORDER BY arrived;
    CREATE UNIQUE INDEX temp.place_of ON places_back (arrived, sorted);
    INSERT INTO main._members SELECT m.set_number, m.code, b.sorted FROM arrived._members m CROSS JOIN places_back b ON b.arrived = m._pos ORDER BY 1, 2, 3;
    INSERT INTO main._meta SELECT * FROM arrived._meta;
    INSERT INTO main._partitions SELECT * FROM arrived._partitions;
    INSERT INTO main._member_names SELECT * FROM arrived._member_names;
    DROP TABLE places;
    DROP TABLE places_back;
    COMMIT;
  `);
  database.exec('DETACH arrived');
};

/** Names a value that stands twice in one of the columns whose values must be unique. */
const repetition = (database: DatabaseSync, { layout }: PhysicalLayout): string | undefined => {
  for (const column of [layout.key, ...layout.lookups]) {
    const name = quoted(column);
    const found = database
      .prepare(`SELECT ${name} AS value FROM entries WHERE ${name} IS NOT NULL GROUP BY ${name} HAVING count(*) > 1 LIMIT 1`)
      .get();
    if (found !== undefined)
      return column === layout.key
        ? `two rows have the key ${String(found['value'])}`
        : `two rows have ${JSON.stringify(found['value'])} in the column ${column}`;
  }
  return undefined;
};

/** Throws `ArtefactFaultError` if a key or a lookup value repeats. */
export const finishFile = ({ path, arrived }: FinishTask): void => {
  const source = new DatabaseSync(arrived ?? path);
  const layout = readLayout(source, arrived ?? path);
  source.close();
  const physical = physicalLayout(layout);
  const database = new DatabaseSync(path);
  try {
    database.exec(arrived === undefined ? FILLING : `${PAGES} ${FILLING} ${tablesSql(physical)}`);
    if (arrived !== undefined) sortFrom(database, arrived, physical);
    database.exec('BEGIN');
    for (const sql of indexesSql(physical)) database.exec(sql);
    database.exec('COMMIT');
  } catch (error) {
    const isRepetition = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_CONSTRAINT_UNIQUE;
    const fault = isRepetition ? repetition(database, physical) : undefined;
    throw fault === undefined ? error : new ArtefactFaultError(fault);
  } finally {
    database.close();
  }
};
