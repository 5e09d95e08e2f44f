/** IMDb's files are in the order of their keys, which saves work; in any other order they give the same rows. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IMDB_DATASETS } from '@rushes/domain';

import { afterAll, beforeAll, expect, test } from 'vitest';
import { finishLoad, prepareLoad } from '../src/bronze/load-dataset.ts';
import { readModels } from '../src/context/sql-files.ts';
import { buildSilverTable } from '../src/silver/build-silver-table.ts';
import { SILVER_TABLES } from '../src/silver/silver-tables.ts';
import { openRunContext } from './run-context.ts';

let context: Awaited<ReturnType<typeof openRunContext>>;
beforeAll(async () => {
  context = await openRunContext();
});
afterAll(() => context.close());

const lines = {
  titles: Array.from({ length: 40 }, (_, n) => `tt${1_000_000 + n}\tmovie\tA ${n}\tB\t0\t${1890 + n * 4}\t\\N\t90\tDrama`),
  ratings: Array.from({ length: 40 }, (_, n) => `tt${1_000_000 + n}\t7.${n % 10}\t${n ** 3}`),
  principals: Array.from(
    { length: 120 },
    (_, n) => `tt${1_000_000 + Math.floor(n / 12)}\t${(n % 12) + 1}\tnm000000${n % 7}\tactor\t\\N\t["Role ${n}"]`,
  ),
} as const;

type Name = keyof typeof lines;

const build = async (name: Name, text: readonly string[]) => {
  const table = SILVER_TABLES.find((candidate) => candidate.name === name);
  const model = (await readModels('silver')).find((candidate) => candidate.name === `silver.${name}`);
  if (!table || !model) throw new Error(`there is no table ${name}`);
  const folder = join(context.folder, 'imdb');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  const path = join(folder, `${table.dataset}.tsv`);
  const content = `${IMDB_DATASETS[table.dataset].join('\t')}\n${text.join('\n')}\n`;
  await writeFile(path, content);
  const file = { dataset: table.dataset, path, bytes: content.length, compressed: false, modifiedMs: 0 };
  const bronze = await finishLoad(context, await prepareLoad(context, file));
  await context.engine.defineTable(bronze.table);
  const built = await buildSilverTable(context, table, model, bronze, false);
  await context.engine.defineTable({ ...built.table, name: 'looked_at.good' });
  await context.engine.defineTable({ ...built.quarantine, name: 'looked_at.bad' });
  return {
    rows: await context.engine.rows('SELECT * FROM looked_at.good'),
    bad: await context.engine.rows('SELECT line_number, reason FROM looked_at.bad'),
    partitions: built.table.files.map(({ partition, rows }) => [partition, rows]),
  };
};

/** The same lines in another order that no sort would leave. */
const shuffled = (text: readonly string[]): string[] => text.map((_, n) => text[(n * 7) % text.length] ?? '');

test.each<[Name]>([['titles'], ['ratings'], ['principals']])('%s', async (name) => {
  const inOrder = await build(name, lines[name]);
  expect(inOrder.rows).toHaveLength(lines[name].length);
  expect(await build(name, shuffled(lines[name]))).toEqual(inOrder);
});

test.each<[Name]>([['titles'], ['ratings'], ['principals']])(
  '%s: a repeated key and a fault are the same lines in quarantine',
  async (name) => {
    const [first = '', second = '', ...rest] = lines[name];
    const fault = first.replace('tt', 'xx');
    const faultAlone = await build(name, [first, fault, second, ...rest]);
    expect(faultAlone.rows).toHaveLength(lines[name].length);
    expect(faultAlone.bad).toEqual([{ line_number: 3n, reason: 'tconst is not tt and 7 to 12 digits' }]);
    const both = await build(name, [first, fault, first, second, ...rest]);
    expect(both.rows).toEqual(faultAlone.rows);
    expect(both.bad).toEqual([...faultAlone.bad, { line_number: 4n, reason: 'repeats the key of line 2' }]);
  },
);
