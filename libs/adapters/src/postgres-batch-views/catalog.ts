/**
 * The tables that say which artefacts there are. Invariant: an artefact's row and its table come with one transaction and go with one, so whoever finds the
 * row finds the whole table, and a builder that died has left nothing.
 */
import type { ArtefactLayout, CellValue } from '@rushes/ports';

import type { Cell, Connections, Rows, Run, Statement } from '../postgres-access/connections.ts';
import { lacksTables, type StoreFormat } from '../postgres-access/format.ts';
import { quoted } from '../postgres-access/identifiers.ts';

/** `sum`: of a hash of each row, computed by the server when it was built. */
export const FORMAT: StoreFormat = {
  store: 'batch-views',
  version: 1,
  tables: (schema) => [
    `CREATE SEQUENCE ${schema}.artefact_numbers`,
    `CREATE TABLE ${schema}.artefacts (
      name text COLLATE "C" PRIMARY KEY, number bigint NOT NULL UNIQUE, layout text NOT NULL, rows bigint NOT NULL, partitions text, sum text NOT NULL,
      built_at timestamptz NOT NULL DEFAULT clock_timestamp(), retired_at timestamptz)`,
    `CREATE TABLE ${schema}.publications (number bigint PRIMARY KEY, body text NOT NULL)`,
  ],
};

/** The rows that have one value of the partition column. */
export interface Partition {
  readonly value: CellValue;
  readonly rows: number;
}

export interface ArtefactEntry {
  readonly name: string;
  /** Its table is named after it. No two artefacts, nor two builds of one, have had the same. */
  readonly number: number;
  readonly layout: ArtefactLayout;
  readonly rows: number;
  /** `undefined`: the layout has no partition, or too many values. */
  readonly partitions: readonly Partition[] | undefined;
  readonly sum: string;
  /** Whether its table is there; it is, unless somebody removed it by hand. */
  readonly isTableThere: boolean;
}

const TABLE_PREFIX = 'artefact_';

export const tableName = (number: number): string => quoted(`${TABLE_PREFIX}${number}`);

const entryOf = (row: readonly Cell[]): ArtefactEntry => ({
  name: String(row[0]),
  number: Number(row[1]),
  layout: JSON.parse(String(row[2])) as ArtefactLayout, // as: written from one
  rows: Number(row[3]),
  partitions: row[4] === null ? undefined : (JSON.parse(String(row[4])) as readonly Partition[]), // as: written from some
  sum: String(row[5]),
  isTableThere: row[6] === true,
});

const isTable = (schema: string): string => `to_regclass('${schema}.${TABLE_PREFIX}' || number) IS NOT NULL`;

export interface Catalog {
  find(artefact: string): Promise<ArtefactEntry | undefined>;
  /** Names of those that are not retired. */
  names(): Promise<readonly string[]>;
  /** Takes artefacts into use. @returns those that are there. */
  revive(artefacts: readonly string[]): Promise<readonly string[]>;
  retire(artefacts: readonly string[]): Promise<void>;
  /** What was retired so long ago. */
  due(graceMs: number): Promise<readonly string[]>;
  /** In a transaction: takes an artefact's row away if it is still retired so long, and gives its number. */
  take(run: Run, artefact: string, graceMs: number): Promise<number | undefined>;
  /** In a transaction: puts an artefact's row, in the place of an earlier one. */
  put(run: Run, entry: Omit<ArtefactEntry, 'isTableThere'>): Promise<void>;
  /** Numbers of tables that no row names: what was replaced while somebody read it. */
  orphans(): Promise<readonly number[]>;
  /** In a transaction. */
  nextNumber(run: Run): Promise<number>;
}

/** @param schema quoted. */
export const catalogOf = (connections: Connections, schema: string, readOnly: boolean): Catalog => {
  const artefacts = `${schema}.artefacts`;
  /** Nothing is there where there are no tables yet. */
  const read = async (statement: Statement): Promise<Rows> => {
    try {
      return await connections.read(statement);
    } catch (error) {
      if (readOnly && lacksTables(error)) return [];
      throw error;
    }
  };
  const firsts = (rows: Rows): readonly string[] => rows.map(([name]) => String(name));
  return {
    async find(artefact) {
      const [row] = await read({
        name: 'artefact',
        text: `SELECT name, number, layout, rows, partitions, sum, ${isTable(schema)} FROM ${artefacts} WHERE name = $1`,
        values: [artefact],
      });
      return row && entryOf(row);
    },
    names: async () => firsts(await read({ text: `SELECT name FROM ${artefacts} WHERE retired_at IS NULL ORDER BY name` })),
    revive: async (names) =>
      firsts(
        await connections.write({
          text: `UPDATE ${artefacts} SET retired_at = NULL WHERE name = ANY($1::text[]) RETURNING name`,
          values: [names],
        }),
      ),
    async retire(names) {
      await connections.write({
        text: `UPDATE ${artefacts} SET retired_at = clock_timestamp() WHERE name = ANY($1::text[]) AND retired_at IS NULL`,
        values: [names],
      });
    },
    due: async (graceMs) =>
      firsts(
        await connections.write({
          // What a clock that was ahead wrote counts from now on.
          text: `WITH ahead AS (UPDATE ${artefacts} SET retired_at = clock_timestamp() WHERE retired_at > clock_timestamp())
            SELECT name FROM ${artefacts} WHERE retired_at <= clock_timestamp() - $1::float8 * interval '1 millisecond' ORDER BY name`,
          values: [graceMs],
        }),
      ),
    async take(run, artefact, graceMs) {
      const [row] = await run({
        text: `DELETE FROM ${artefacts} WHERE name = $1 AND retired_at <= clock_timestamp() - $2::float8 * interval '1 millisecond' RETURNING number`,
        values: [artefact, graceMs],
      });
      return row && Number(row[0]);
    },
    async put(run, { name, number, layout, rows, partitions, sum }) {
      await run({
        text: `INSERT INTO ${artefacts} (name, number, layout, rows, partitions, sum) VALUES ($1, $2, $3, $4, $5, $6)
          ON CONFLICT (name) DO UPDATE SET number = excluded.number, layout = excluded.layout, rows = excluded.rows, partitions = excluded.partitions,
            sum = excluded.sum, built_at = excluded.built_at, retired_at = NULL`,
        values: [name, number, JSON.stringify(layout), rows, partitions === undefined ? null : JSON.stringify(partitions), sum],
      });
    },
    orphans: async () =>
      (
        await connections.read({
          text: `SELECT substr(c.relname, ${TABLE_PREFIX.length + 1})::bigint FROM pg_class c
            WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = 'r' AND c.relname ~ '^${TABLE_PREFIX}[0-9]+$'
              AND NOT EXISTS (SELECT 1 FROM ${artefacts} a WHERE '${TABLE_PREFIX}' || a.number = c.relname)`,
          values: [schema.slice(1, -1)],
        })
      ).map(([number]) => Number(number)),
    async nextNumber(run) {
      const [row] = await run(`SELECT nextval('${schema}.artefact_numbers')`);
      return Number(row?.[0]);
    },
  };
};
