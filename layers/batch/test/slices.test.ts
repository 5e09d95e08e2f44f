/** What is computed in slices has the rows of what is computed whole; a view has them in the same order. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSqliteDuplicateFilters } from '@rushes/adapters/sqlite-duplicate-filters';
import { openSqliteBatchViews } from '@rushes/adapters/sqlite-batch-views';
import { derivationOf, deriveTable } from '@rushes/lake';
import { type BatchEngine, BrokenStreamError } from '@rushes/ports/batch-engine';
import type { TableRecord } from '@rushes/ports/manifest';
import { type View, VIEWS } from '@rushes/views';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findFiles } from '../src/bronze/find-files.ts';
import { absentDataset, finishLoad, prepareLoad } from '../src/bronze/load-dataset.ts';
import { buildLogTables } from '../src/events/build-log-tables.ts';
import { buildModels, readingModels } from '../src/models/build-models.ts';
import { createStepLog } from '../src/context/steps.ts';
import { changedKeys } from '../src/views/changed-keys.ts';
import { loadView } from '../src/views/load-view.ts';
import { readViewModels } from '../src/views/view-models.ts';
import { VIEW_SLICES } from '../src/views/view-slices.ts';
import { wholeSelects } from '../src/views/whole-selects.ts';
import { buildSilverTable } from '../src/silver/build-silver-table.ts';
import { buildDumpTimes } from '../src/silver/dump-times.ts';
import { SILVER_TABLES } from '../src/silver/silver-tables.ts';
import { readModels } from '../src/context/sql-files.ts';
import { openRunContext } from './run-context.ts';

let context: Awaited<ReturnType<typeof openRunContext>>;
const silver: TableRecord[] = [];

const titles = Array.from({ length: 60 }, (_, at) => `tt${String(at + 1).padStart(7, '0')}`);
const files: Readonly<Record<string, string>> = {
  'title.basics': `tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear\truntimeMinutes\tgenres\n${titles
    .map((id, n) => `${id}\tmovie\tTitle ${n}\tTitle ${n}\t0\t${1990 + (n % 30)}\t\\N\t90\tDrama`)
    .join('\n')}`,
  'title.crew': `tconst\tdirectors\twriters\n${titles.map((id, n) => `${id}\tnm000000${n % 7},nm000000${(n + 1) % 7}\tnm000000${n % 5}`).join('\n')}`,
  'name.basics': `nconst\tprimaryName\tbirthYear\tdeathYear\tprimaryProfession\tknownForTitles\n${[0, 1, 2, 3, 4, 5]
    .map((n) => `nm000000${n}\tPerson ${n}\t\\N\t\\N\t\\N\t\\N`)
    .join('\n')}`,
  'title.principals': `tconst\tordering\tnconst\tcategory\tjob\tcharacters\n${titles
    .flatMap((id, n) => [0, 1, 2].map((place) => `${id}\t${place + 1}\tnm000000${(n * 3 + place) % 9}\tactor\t\\N\t["Role ${place}"]`))
    .join('\n')}`,
};

beforeAll(async () => {
  context = await openRunContext();
  for (const [dataset, text] of Object.entries(files)) await writeFile(join(context.folder, `${dataset}.tsv`), text);
  const sources = await findFiles(context.folder);
  const models = await readModels('silver');
  for (const declared of SILVER_TABLES) {
    const file = sources.find((source) => source.dataset === declared.dataset);
    const bronze = file ? await finishLoad(context, await prepareLoad(context, file)) : absentDataset(declared.dataset);
    await context.engine.defineTable(bronze.table);
    const model = models.find((candidate) => candidate.name === `silver.${declared.name}`);
    if (!model) throw new Error(`no model of ${declared.name}`);
    const built = await buildSilverTable(context, declared, model, bronze, false);
    await context.engine.defineTable(built.table);
    silver.push(built.table);
  }
  const { table: times } = await buildDumpTimes(context, []);
  await context.engine.defineTable(times);
  silver.push(times);
  const duplicateFilters = await openSqliteDuplicateFilters(context.lake.scratchPath('ids'));
  const landed = { cut: {}, log: undefined, archive: { last: undefined, opening: undefined }, overtakenBy: undefined };
  const steps = createStepLog(context.logger, context.now);
  silver.push(...(await buildLogTables(context, { landed, parent: undefined, full: false, duplicateFilters }, steps)).tables);
});
afterAll(() => context.close());

const build = async (memoryMb: number): Promise<Map<string, { files: number; rows: readonly unknown[] }>> => {
  const models = await readingModels(context.engine, await readModels('gold'));
  const result = new Map<string, { files: number; rows: readonly unknown[] }>();
  for await (const { table } of buildModels(context, models, silver, { full: true, memoryMb, first: new Set() }))
    result.set(table.name, { files: table.files.length, rows: await context.engine.rows(`SELECT * FROM ${table.name} ORDER BY ALL`) });
  return result;
};

test('slices change the number of files and nothing else', async () => {
  const whole = await build(1000);
  const sliced = await build(0.02);
  for (const [name, table] of whole) expect(sliced.get(name)?.rows, name).toEqual(table.rows);
  expect([...sliced].flatMap(([name, table]) => (table.files > 1 ? [name] : []))).toEqual(['gold.crew_names', 'gold.search_names']);
});

const DAY_MS = 86_400_000;

/** Keyed tables of three movies that were rated, reviewed and observed on forty days around the beginning of 1970. */
const keyedByTime = async (score = 70): Promise<readonly TableRecord[]> => {
  const tables: TableRecord[] = [];
  const count = 'CAST(1 AS BIGINT) AS "count"';
  const measures = {
    ratings: `${count}, CAST(CASE n WHEN 7 THEN ${score} ELSE 70 END AS BIGINT) AS sum_tenths`,
    reviews: `${count}, CAST(4404 AS BIGINT) AS compound_e4`,
    popularity: `{'popularity_e3': 1000 + n, 'at_ms': (n - 5) * ${DAY_MS}, 'epoch': 1, 'offset': n} AS latest`,
  };
  for (const width of ['5m', 'hour', 'day'])
    for (const [kind, measure] of Object.entries(measures)) {
      const select = `SELECT 'movie ' || (n % 3) AS movie_id, CAST((n - 5) * ${DAY_MS} AS BIGINT) AS bucket_ms, ${measure} FROM range(40) days(n)`;
      const definition = { name: `keyed.${kind}_by_${width}`, select, orderBy: ['movie_id', 'bucket_ms'] };
      const table = await deriveTable(context.lake, context.engine, definition, derivationOf(definition, context.engine.version, []));
      await context.engine.defineTable(table);
      tables.push(table);
    }
  return tables;
};

test('a view that is computed in slices has the rows of one computed whole, in the same order', async () => {
  const tables = new Map(silver.map((table) => [table.name, table]));
  const gold = await readingModels(context.engine, await readModels('gold'));
  for await (const { table } of buildModels(context, gold, silver, { full: true, memoryMb: 1000, first: new Set() }))
    tables.set(table.name, table);
  for (const table of await keyedByTime()) tables.set(table.name, table);
  const models = await readViewModels(context.engine, gold, new Set(silver.map(({ name }) => name)));
  const rowsOf = async (view: View, memoryMb: number): Promise<{ readonly slices: number; readonly rows: readonly string[] }> => {
    const model = models.find(({ name }) => name === `views.${view.name}`);
    if (!model) throw new Error(`no model of the view ${view.name}`);
    let slices = 0;
    const rows: string[] = [];
    for await (const select of wholeSelects(context, { view, model, tables }, memoryMb)) {
      slices += 1;
      for await (const texts of context.engine.streamText(select)) rows.push(...texts);
    }
    return { slices, rows };
  };
  for (const [name, rows] of [
    ['credits', 60],
    ['title_names', 60],
    ['people', 9],
    ['activity', 120],
    ['movie_months', 3],
    ['popularity', 80],
  ] as const) {
    const view = VIEWS.find((one) => one.name === name);
    if (!view) throw new Error(`no view ${name}`);
    const [whole, sliced] = [await rowsOf(view, 1000), await rowsOf(view, 0.01)];
    expect(whole).toMatchObject({ slices: 1 });
    expect(whole.rows).toHaveLength(rows);
    expect(sliced.slices).toBeGreaterThan(1);
    expect(sliced.rows).toEqual(whole.rows);
  }
  expect(Object.keys(VIEW_SLICES).toSorted()).toEqual(['activity', 'credits', 'movie_months', 'people', 'popularity', 'title_names']);
});

test('rows that differ between versions are found in ranges as in the whole, and read in the same order', async () => {
  const tables = new Map(silver.map((table) => [table.name, table]));
  const before = new Map([...tables, ...(await keyedByTime()).map((table) => [table.name, table] as const)]);
  const now = new Map([...tables, ...(await keyedByTime(90)).map((table) => [table.name, table] as const)]);
  const models = await readViewModels(
    context.engine,
    await readingModels(context.engine, await readModels('gold')),
    new Set(tables.keys()),
  );
  const [view, model] = [VIEWS.find(({ name }) => name === 'activity'), models.find(({ name }) => name === 'views.activity')];
  if (!view || !model) throw new Error('there is no view activity');
  const changedIn = async (memoryMb: number) => {
    const found = await changedKeys(context, { view, model, tables: now, parentTables: before, parentRows: 120 }, memoryMb);
    let selects = 0;
    const rows: string[] = [];
    for await (const select of found?.selects() ?? []) {
      selects += 1;
      for await (const texts of context.engine.streamText(select)) rows.push(...texts);
    }
    if (found !== undefined) await context.engine.dropMaterialized(found.keys);
    return { selects, rows };
  };
  const [whole, ranges] = [await changedIn(1000), await changedIn(0.01)];
  expect([whole.selects, whole.rows.map((row) => row.split('\u001e')[0])]).toEqual([
    1,
    ['1970-01-03T00:00Z/5m', '1970-01-03T00:00Z/day', '1970-01-03T00:00Z/hour'],
  ]);
  expect(ranges.selects).toBeGreaterThan(1);
  expect(ranges.rows).toEqual(whole.rows);
});

test('a view whose rows took more memory than there is, is loaded once more in smaller ranges, whole', async () => {
  const tables = new Map(silver.map((table) => [table.name, table]));
  const gold = await readingModels(context.engine, await readModels('gold'));
  for await (const { table } of buildModels(context, gold, silver, { full: true, memoryMb: 1000, first: new Set() }))
    tables.set(table.name, table);
  const models = await readViewModels(context.engine, gold, new Set(silver.map(({ name }) => name)));
  const [view, model] = [VIEWS.find(({ name }) => name === 'credits'), models.find(({ name }) => name === 'views.credits')];
  if (!view || !model) throw new Error('there is no view credits');
  const store = await openSqliteBatchViews(context.lake.scratchPath('views'));
  /** Gives some rows and breaks off, so many times. */
  const breaking = (times: number): BatchEngine => {
    let left = times;
    const streamText: BatchEngine['streamText'] = async function* (select, signal) {
      for await (const texts of context.engine.streamText(select, signal)) {
        if (left-- <= 0) yield texts;
        else {
          yield texts.slice(0, 5);
          throw new BrokenStreamError('broken off');
        }
      }
    };
    return new Proxy(context.engine, {
      get: (engine, name) =>
        name === 'streamText' ? streamText : (Reflect.get(engine, name, engine).bind?.(engine) ?? Reflect.get(engine, name, engine)),
    });
  };
  const load = (times: number) =>
    loadView({ ...context, engine: breaking(times) }, store, { view, model, tables, parent: undefined }, { full: true, memoryMb: 1000 });
  expect(await load(2)).toMatchObject({ rows: 60, built: 'whole' });
  await expect(load(3)).rejects.toThrow(BrokenStreamError);
  await store.close();
});
