/** The tests that every version has to pass, whatever files it was made from: nothing in it differs from what is expected. */
import { VIEWS } from '@rushes/views';
import { expect, test } from 'vitest';

import type { BuiltVersion } from './built-version.ts';
import { COMPUTED_TABLES, isComputed } from './computed-tables.ts';
import { type ExpectedVersion, RANKED_TABLES, TABLE_KEYS, type TableName, VIEW_KEYS, type ViewName } from './expected-version.ts';
import { orderDifferences, rowDifferences } from './row-differences.ts';
import { byText, type Row, textOf, type Value } from './rows.ts';

/** A version and what it must hold; it is there when tests run. */
export type VersionUnderTest = () => { readonly version: BuiltVersion; readonly expected: ExpectedVersion };

// as: the keys of the literals
const TABLES = Object.keys(TABLE_KEYS) as TableName[];
const VIEW_NAMES = Object.keys(VIEW_KEYS) as ViewName[];

/** What a partition's name says of its rows. */
const belongs = (partition: string, row: Row): boolean => {
  const [column = '', range = ''] = partition.split('=');
  const value = column === 'votes' ? row['votes'] : row['start_year'];
  if (range === 'unknown') return value === null;
  if (typeof value !== 'number') return false;
  const decade = /^([0-9]{4})s$/.exec(range)?.[1];
  if (decade !== undefined) return Math.floor(value / 10) * 10 === Number(decade);
  const [, before, from] = /^before-([0-9]+)$|^from-([0-9]+)$/.exec(range) ?? [];
  if (before !== undefined) return value < Number(before);
  if (from !== undefined) return value >= Number(from);
  const [, low, high] = /^([0-9]+)-([0-9]*)$/.exec(range) ?? [];
  if (low === undefined) throw new Error(`${partition}: a partition's name that says nothing`);
  return value >= Number(low) && (high === '' || value <= Number(high));
};

/** How rows stand in the files of a table. */
const SORTS: Partial<Readonly<Record<TableName, readonly string[]>>> = {
  'silver.titles': ['start_year', 'tconst'],
  'silver.ratings': ['tconst'],
  'silver.names': ['nconst'],
  'silver.crew': ['tconst'],
  'silver.principals': ['tconst', 'ordering'],
  'silver.akas': ['tconst', 'ordering'],
  'silver.episodes': ['tconst'],
  ...Object.fromEntries(TABLES.filter((table) => table.startsWith('keyed.')).map((table) => [table, TABLE_KEYS[table]])),
};

const compareBy = (columns: readonly string[], a: Row, b: Row): number => {
  for (const column of columns) {
    const [left, right] = [a[column], b[column]];
    const order = typeof left === 'number' && typeof right === 'number' ? left - right : byText(textOf(left), textOf(right));
    if (order !== 0) return order;
  }
  return 0;
};

/** 8000 thousandths as 8.0, 8250 as 8.25. */
const pointsText = (thousandths: Value | undefined): string =>
  typeof thousandths === 'number' ? (thousandths / 1000).toFixed(3).replace(/0{1,2}$/, '') : 'null';

const fieldOrders = (rows: readonly Row[], document: string): readonly string[] => [
  ...new Set(rows.map((row) => Object.keys(document in row && isObject(row[document]) ? row[document] : {}).join(','))),
];
const isObject = (value: Value | undefined): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

const testTables = (get: VersionUnderTest): void => {
  test('every table of silver, keyed views, ledgers and gold, and every served view, is compared here', () => {
    const { version } = get();
    const names = version.manifest.tables.map(({ name }) => name).filter((name) => /^(silver|keyed|ledger|gold)\./.test(name));
    expect([...names, ...COMPUTED_TABLES].toSorted()).toEqual([...TABLES, 'silver.quarantine'].toSorted());
    expect(VIEWS.map(({ name }) => name).toSorted()).toEqual(VIEW_NAMES.toSorted());
  });

  test.each(TABLES)('%s, row by row', async (table) => {
    const { version, expected } = get();
    const found = await version.rows(table);
    expect(rowDifferences(table, TABLE_KEYS[table], expected.tables[table], found)).toEqual([]);
    if (!isComputed(table)) expect(version.manifest.tables.find(({ name }) => name === table)?.rows).toBe(found.length);
  });

  test.each(RANKED_TABLES)('%s stands in the order of its ranks', async (table) => {
    const { version, expected } = get();
    expect(orderDifferences(table, TABLE_KEYS[table], expected.tables[table], await version.rows(table))).toEqual([]);
  });

  test('silver.quarantine: these lines and no others, each with a reason', async () => {
    const { version, expected } = get();
    const found = await version.rows('silver.quarantine');
    const lines = found.map((row): Row => Object.fromEntries(Object.entries(row).filter(([column]) => column !== 'reason')));
    expect(rowDifferences('silver.quarantine', ['dataset', 'line_number'], expected.quarantine, lines)).toEqual([]);
    expect(found.filter(({ reason }) => typeof reason !== 'string' || reason === '')).toEqual([]);
  });

  test('the figures of the version are the counted ones', () => {
    const { version, expected } = get();
    const { figures } = version.manifest;
    for (const { reference, total, dangling } of expected.tables['silver.reference_checks']) {
      expect(figures[`references.${textOf(reference)}.total`], `${textOf(reference)}, total`).toBe(total);
      expect(figures[`references.${textOf(reference)}.dangling`], `${textOf(reference)}, dangling`).toBe(dangling);
    }
    const quarantined = Object.entries(figures).filter(([name, count]) => name.startsWith('quarantine.') && count > 0);
    const counted = Object.entries(Object.groupBy(expected.quarantine, ({ dataset }) => textOf(dataset)));
    expect(Object.fromEntries(quarantined)).toEqual(
      Object.fromEntries(counted.map(([dataset, lines]) => [`quarantine.${dataset}`, lines?.length])),
    );
  });

  test.each(['silver.titles', 'silver.ratings'] as const)('a partition of %s holds what its name says, and nothing else', async (table) => {
    for (const { partition, rows } of await get().version.parts(table)) {
      expect(rows.length, `${table} ${partition}: a file without rows`).toBeGreaterThan(0);
      const astray = rows.filter((row) => !belongs(partition ?? 'no partition', row));
      expect(astray.slice(0, 3), `${table} ${partition}: ${astray.length} rows that belong elsewhere`).toEqual([]);
    }
  });

  test('every file is compressed with zstd, holds exact numbers only, and in silver and keyed views is sorted within', async () => {
    const { version } = get();
    for (const table of TABLES)
      for (const { partition, rows, codecs, inexact } of await version.parts(table)) {
        expect(codecs, `${table} ${partition ?? ''}`).toEqual(rows.length === 0 ? [] : ['ZSTD']);
        expect(inexact, `${table}: columns stored as floating-point numbers`).toEqual([]);
        if (!(table in SORTS)) continue;
        const sorted = rows.toSorted((a, b) => compareBy(SORTS[table] ?? [], a, b));
        expect(orderDifferences(`${table} ${partition ?? ''}`, TABLE_KEYS[table], sorted, rows)).toEqual([]);
      }
  });
};

const testViews = (get: VersionUnderTest): void => {
  test.each(VIEW_NAMES)('view %s through its store, row by row', async (view) => {
    const { version, expected } = get();
    const key = VIEW_KEYS[view];
    const found = await version.view(view);
    expect(rowDifferences(`view ${view}`, [key], expected.views[view], found)).toEqual([]);
    const ids = found.map((row) => textOf(row[key]));
    const inOrder = ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(ids, `view ${view}: pages in the order of the key`).toEqual(inOrder);
    expect(version.manifest.views.find(({ name }) => name === view)?.rows).toBe(found.length);
  });

  test('view titles: ratings are written in points with at least one decimal', async () => {
    const { version, expected } = get();
    const ratings = new Map(expected.views.titles.map(({ id, rating }) => [textOf(id), pointsText(rating)]));
    const written = [...(await version.documentTexts('titles'))].flatMap(([id, { movie = '', title = '' }]) => [
      ...(/"rating":([^,]+),"votes"/.exec(movie ?? '')?.[1] === ratings.get(id) ? [] : [movie]),
      ...(/"averageRating":([^,]+),"numVotes"/.exec(title ?? '')?.[1] === ratings.get(id) ? [] : [title]),
    ]);
    expect(written).toEqual([]);
  });

  test.each([
    ['titles', 'movie'],
    ['titles', 'title'],
    ['people', 'person'],
  ] as const)('view %s: the fields of every `%s` stand in the documented order', async (view, document) => {
    const { version, expected } = get();
    expect(fieldOrders(await version.view(view), document)).toEqual(fieldOrders(expected.views[view], document));
  });
};

export const testVersion = (get: VersionUnderTest): void => {
  testTables(get);
  testViews(get);
};
