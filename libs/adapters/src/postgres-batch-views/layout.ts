/**
 * How a layout lies in a table: a column for the key, each column under its own name, each document under its name behind `_`. Invariants: texts compare as
 * UTF-8 bytes (COLLATE "C"); every index that has an order of lists ends with the key, and holds nulls last in its direction.
 *
 * A set is an array, in the order that its members came in, so that its text comes back as it was; an index of its members finds rows by them.
 */
import { type ArtefactLayout, type ColumnType, SET_SEPARATOR, type SortIndex } from '@rushes/ports';

import { ArtefactFaultError } from '../artefact-checks/artefact-fault.ts';
import { columnType } from '../artefact-checks/column-type.ts';
import { quoted } from '../postgres-access/identifiers.ts';

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,61}$/;
/** Columns that every table of PostgreSQL has. */
const SYSTEM_COLUMNS = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']);
const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'text COLLATE "C"',
  integer: 'bigint',
  boolean: 'boolean',
  text_set: 'text[] COLLATE "C"',
};

export const documentSql = (name: string): string => quoted(`_${name}`);

/** Key first, then the columns, in the layout's order. */
export const columnsOf = (layout: ArtefactLayout): readonly string[] => [layout.key, ...Object.keys(layout.columns)];

/** The expression that gives a column's value as the port has it. */
export const valueSql = (layout: ArtefactLayout, column: string): string =>
  columnType(layout, column) === 'text_set'
    ? `array_to_string(${quoted(column)}, E'\\x${SET_SEPARATOR.charCodeAt(0).toString(16)}') COLLATE "C"`
    : quoted(column);

/** A layout as text: equal texts, equal tables. */
export const layoutText = ({ key, columns, documents, lookups, partition, sorts, filters, search }: ArtefactLayout): string =>
  JSON.stringify({ key, columns, documents, lookups, partition, sorts, filters, search });

/** @throws ArtefactFaultError if names cannot be used or are not declared. */
export const checkLayout = (layout: ArtefactLayout): void => {
  const seen = new Set<string>();
  for (const name of [...columnsOf(layout), ...layout.documents.map((document) => `_${document}`)]) {
    const own = name.replace(/^_/, '');
    if (!NAME.test(own) || SYSTEM_COLUMNS.has(name))
      throw new ArtefactFaultError(
        `a column cannot be named ${JSON.stringify(own)}: at most 62 letters, digits and _, a letter first, and no name of PostgreSQL's own`,
      );
    if (seen.has(name)) throw new ArtefactFaultError(`two columns are named ${own}`);
    seen.add(name);
  }
  const used = [
    layout.lookups,
    layout.filters,
    ...layout.sorts.map((sort) => sort.columns),
    layout.partition ?? [],
    layout.search ?? [],
  ].flat();
  for (const name of used)
    if (columnType(layout, name) === undefined) throw new ArtefactFaultError(`the layout uses a column ${name} that it does not declare`);
  if (layout.partition !== undefined && columnType(layout, layout.partition) === 'text_set')
    throw new ArtefactFaultError(`the layout cannot be partitioned by the set ${layout.partition}`);
};

/** What is no word: ASCII signs, as the port says. */
const BETWEEN_WORDS = String.raw`[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007f]+`;

/** The words that a row is searched by, as a tsvector without positions: nothing of PostgreSQL's own parsing and ranking is used. */
export const wordsSql = (search: readonly string[]): string =>
  `array_to_tsvector(array_remove(regexp_split_to_array(${search.map((column) => `coalesce(${quoted(column)}, '')`).join(` || ' ' || `)}, '${BETWEEN_WORDS}'), ''))`;

export const tableSql = (layout: ArtefactLayout, table: string): string => {
  const columns = columnsOf(layout).map(
    (name, n) => `${quoted(name)} ${SQL_TYPES[columnType(layout, name) ?? 'text']}${n === 0 ? ' NOT NULL' : ''}`,
  );
  const documents = layout.documents.map((name) => `${documentSql(name)} ${SQL_TYPES.text}`);
  return `CREATE TABLE ${table} (${[...columns, ...documents].join(', ')})`;
};

/** Gathers statistics of what lists ask for, and of nothing else: long texts and sets that nobody asks for cost most. */
export const statisticsSql = (layout: ArtefactLayout, table: string): string => {
  const asked = new Set([layout.key, layout.partition ?? layout.key, ...layout.filters, ...layout.sorts.flatMap(({ columns }) => columns)]);
  return `ANALYZE ${table} (${[...asked].map(quoted).join(', ')})`;
};

const directionsOf = (sort: SortIndex): readonly boolean[] =>
  sort.directions === 'both' ? [false, true] : [sort.directions === 'descending'];

/** An order of a list as indexes and statements say it. */
export const orderSql = (expression: string, desc: boolean): string => `${expression} ${desc ? 'DESC' : 'ASC'} NULLS LAST`;

/**
 * The statements that make a table's indexes. Unique ones first: what they refuse is refused before the long ones are built.
 * @param trigrams the schema of pg_trgm, quoted; without it no index finds the middle of a text.
 */
export const indexesSql = (layout: ArtefactLayout, table: string, trigrams: string | undefined): readonly string[] => {
  const { key, lookups, partition } = layout;
  const isSet = (column: string): boolean => columnType(layout, column) === 'text_set';
  const btree = (columns: readonly string[], desc: boolean): string => {
    const lead = partition === undefined ? [] : [quoted(partition)];
    const ordered = columns.map((column) => orderSql(quoted(column), desc));
    return `CREATE INDEX ON ${table} (${[...lead, ...ordered, ...(columns.includes(key) ? [] : [quoted(key)])].join(', ')})`;
  };
  const sorts = layout.sorts.filter(({ columns }) => !columns.some(isSet));
  const filters = layout.filters.filter((column) => column !== partition && column !== key);
  const sorted = new Set(sorts.map(({ columns }) => columns[0]));
  return [
    `CREATE UNIQUE INDEX ON ${table} (${quoted(key)})`,
    ...lookups.map((column) => `CREATE UNIQUE INDEX ON ${table} (${quoted(column)})`),
    ...(partition === undefined ? [] : [btree([], false)]),
    ...sorts.flatMap((sort) => directionsOf(sort).map((desc) => btree(sort.columns, desc))),
    ...filters.filter((column) => !isSet(column) && !sorted.has(column)).map((column) => btree([column], false)),
    ...filters.filter(isSet).map((column) => `CREATE INDEX ON ${table} USING gin (${quoted(column)})`),
    ...(layout.search === undefined ? [] : [`CREATE INDEX ON ${table} USING gin ((${wordsSql(layout.search)}))`]),
    ...(trigrams === undefined ? [] : filters.filter((column) => columnType(layout, column) === 'text')).map(
      (column) => `CREATE INDEX ON ${table} USING gin (${quoted(column)} ${trigrams}.gin_trgm_ops)`,
    ),
  ];
};
