/** Whatever bytes a file holds: each line ends up as a typed row or in quarantine with a reason, and the counts add up. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IMDB_DATASETS } from '@rushes/domain';
import { quoteLiteral } from '@rushes/ports/batch-engine';
import { histories } from '@rushes/ports/contracts/depth';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findFiles } from '../src/bronze/find-files.ts';
import { finishLoad, prepareLoad } from '../src/bronze/load-dataset.ts';
import { buildSilverTable } from '../src/silver/build-silver-table.ts';
import { SILVER_TABLES, type SilverTable } from '../src/silver/silver-tables.ts';
import { readModels } from '../src/context/sql-files.ts';
import { openRunContext } from './run-context.ts';

let context: Awaited<ReturnType<typeof openRunContext>>;
let models: Awaited<ReturnType<typeof readModels>>;

beforeAll(async () => {
  context = await openRunContext();
  models = await readModels('silver');
});
afterAll(() => context.close());

const load = async (table: SilverTable, content: Uint8Array) => {
  const folder = join(context.folder, 'imdb');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  if (table.dataset !== 'title.basics') await writeFile(join(folder, 'title.basics.tsv'), `${IMDB_DATASETS['title.basics'].join('\t')}\n`);
  await writeFile(join(folder, `${table.dataset}.tsv`), content);
  const file = (await findFiles(folder)).find((one) => one.dataset === table.dataset);
  const model = models.find((one) => one.name === `silver.${table.name}`);
  if (!file || !model) throw new Error('the file or the model is missing');
  const bronze = await finishLoad(context, await prepareLoad(context, file));
  await context.engine.defineTable(bronze.table);
  const silver = await buildSilverTable(context, table, model, bronze, false);
  await context.engine.defineTable({ ...silver.table, name: 'checked_rows.good' });
  await context.engine.defineTable({ ...silver.quarantine, name: 'checked_rows.bad' });
  const bad = await context.engine.rows('SELECT line_number, reason, raw FROM checked_rows.bad ORDER BY line_number');
  return { bronze, silver, bad };
};

const field = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '\\N',
      '',
      '0',
      '1',
      '1994',
      '0x1F',
      '1e3',
      '-5',
      ' 7',
      '2147483648',
      '99999999999999999999',
      '7.5',
      '10.0',
      '11',
      '1_000',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'tt0000001',
      'tt0000002',
      'nm0000001',
      'nm0000001,nm0000002',
      'tt1,tt2',
      'movie',
      'actor',
      'Drama,,Comedy',
      'a\u0002b',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '["Self"]',
      '["a \\"b\\""]',
      '["unclosed',
      '{"a":1}',
      '"',
      '""',
      "'",
      ';--',
      '\\',
      '[1,null]',
      '["\\ud800"]',
    ),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }) },
);
const wellFormed = (columns: number) =>
  fc.array(field, { minLength: columns, maxLength: columns }).map((fields) => Buffer.from(fields.join('\t').replaceAll('\n', ' ')));
const anyLine = fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0x0a ? 0x20 : byte))));

describe.each(SILVER_TABLES.map((table) => [table.dataset, table] as const))('%s', (dataset, table) => {
  const columns = IMDB_DATASETS[dataset].length;
  const line = fc.oneof({ weight: 5, arbitrary: wellFormed(columns) }, { weight: 1, arbitrary: anyLine });

  test('any lines: rows + quarantine = lines, each quarantined line once and as it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 25 }), async (lines) => {
        const content = Buffer.concat([
          Buffer.from(`${IMDB_DATASETS[dataset].join('\t')}\n`),
          ...lines.flatMap((one) => [one, Buffer.from('\n')]),
        ]);
        const { bronze, silver, bad } = await load(table, content);
        expect(bronze.dump.lines).toBe(lines.length + 1);
        expect(silver.table.rows + silver.quarantine.rows).toBe(lines.length);
        expect(new Set(bad.map((row) => row['line_number'])).size).toBe(bad.length);
        for (const row of bad) {
          expect(row['reason']).toMatch(/./);
          const original = lines[Number(row['line_number']) - 2];
          const text = original?.toString('utf8').replace(/\r$/, '');
          if (row['reason'] !== 'not UTF-8') expect(row['raw']).toBe(text);
        }
      }),
      histories({ quick: 4, deep: 40 }),
    );
  });
});

test('bronze keeps every field as it was read, with its place', async () => {
  const ratings = SILVER_TABLES.find((table) => table.dataset === 'title.ratings');
  if (!ratings) throw new Error('no ratings table');
  const { bronze, bad } = await load(
    ratings,
    Buffer.from('tconst\taverageRating\tnumVotes\tnote\ntt0000001\t"5.7\t\\N\t"a, b"\nbroken\ntt0000002\t6.1\t12\t\n'),
  );
  const rows = await context.engine.rows(`SELECT * FROM ${bronze.table.name} ORDER BY line_number`);
  const place = { source_file: 'title.ratings.tsv', load_id: bronze.dump.loadId };
  expect(rows).toEqual([
    { ...place, line_number: 2n, tconst: 'tt0000001', averageRating: '"5.7', numVotes: '\\N', note: '"a, b"' },
    { ...place, line_number: 4n, tconst: 'tt0000002', averageRating: '6.1', numVotes: '12', note: '' },
  ]);
  expect(bad.map((row) => [row['line_number'], row['reason']])).toEqual([
    [2n, 'averageRating is not between 1.0 and 10.0 in tenths'],
    [3n, '1 fields instead of 4'],
  ]);
});

test('of lines with one key the first stays, and the others say whom they repeat', async () => {
  const ratings = SILVER_TABLES.find((table) => table.dataset === 'title.ratings');
  if (!ratings) throw new Error('no ratings table');
  const { bad } = await load(
    ratings,
    Buffer.from('tconst\taverageRating\tnumVotes\ntt0000001\tx\t1\ntt0000001\t5.0\t1\ntt0000001\t6.0\t2\n'),
  );
  const kept = await context.engine.rows('SELECT tconst, rating_tenths FROM checked_rows.good');
  expect(kept).toEqual([{ tconst: 'tt0000001', rating_tenths: 50 }]);
  expect(bad.map((row) => [row['line_number'], row['reason']])).toEqual([
    [2n, 'averageRating is not between 1.0 and 10.0 in tenths'],
    [4n, 'repeats the key of line 3'],
  ]);
});

test('title ids are UUIDv5 of the tconst, as every other part of the system computes them', async () => {
  const { titleIdOf, isTconst } = await import('@rushes/domain');
  const tconsts = ['tt0000001', 'tt0111161', 'tt27155038', 'tt123456789012'];
  const rows = await context.engine.rows(
    tconsts.map((tconst) => `SELECT ${quoteLiteral(tconst)} AS tconst, title_id(${quoteLiteral(tconst)}) AS id`).join(' UNION ALL '),
  );
  for (const row of rows) {
    const tconst = String(row['tconst']);
    expect(isTconst(tconst) && titleIdOf(tconst)).toBe(row['id']);
  }
  expect(rows).toHaveLength(4);
});
