/** What the models of silver take and refuse, value by value. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IMDB_DATASETS, type ImdbDataset } from '@rushes/domain';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { finishLoad, prepareLoad } from '../src/bronze/load-dataset.ts';
import { SILVER_TABLES } from '../src/silver/silver-tables.ts';
import { readModels } from '../src/context/sql-files.ts';
import { openRunContext } from './run-context.ts';

let context: Awaited<ReturnType<typeof openRunContext>>;
beforeAll(async () => {
  context = await openRunContext();
});
afterAll(() => context.close());

const sound: Readonly<Partial<Record<ImdbDataset, Readonly<Record<string, string>>>>> = {
  'title.basics': {
    tconst: 'tt0000001',
    titleType: 'movie',
    primaryTitle: 'A',
    originalTitle: 'A',
    isAdult: '0',
    startYear: '1994',
    endYear: '\\N',
    runtimeMinutes: '90',
    genres: 'Drama',
  },
  'title.ratings': { tconst: 'tt0000001', averageRating: '8.5', numVotes: '12' },
  'title.principals': { tconst: 'tt0000001', ordering: '1', nconst: 'nm0000001', category: 'actor', job: '\\N', characters: '["Self"]' },
  'title.akas': {
    titleId: 'tt0000001',
    ordering: '1',
    title: 'A',
    region: 'FR',
    language: 'fr',
    types: 'tv\u0002dvd',
    attributes: '\\N',
    isOriginalTitle: '0',
  },
  'title.crew': { tconst: 'tt0000001', directors: 'nm0000001,nm0000002', writers: '\\N' },
};

/** The fault of one line that is sound but for these fields. */
const faultOf = async (dataset: ImdbDataset, change: Readonly<Record<string, string>>): Promise<unknown> => {
  const row = { ...sound[dataset], ...change };
  const columns = IMDB_DATASETS[dataset];
  const path = join(context.folder, `${dataset}.tsv`);
  const text = `${columns.join('\t')}\n${columns.map((column) => row[column]).join('\t')}\n`;
  await writeFile(path, text);
  const bronze = await finishLoad(
    context,
    await prepareLoad(context, { dataset, path, bytes: text.length, compressed: false, modifiedMs: 0 }),
  );
  await context.engine.defineTable(bronze.table);
  const table = SILVER_TABLES.find((candidate) => candidate.dataset === dataset);
  const model = (await readModels('silver')).find((candidate) => candidate.name === `silver.${table?.name}`);
  const [checked] = await context.engine.rows(`SELECT fault FROM (${model?.select})`);
  return checked?.['fault'];
};

describe.each<[ImdbDataset, readonly [string, string, string | null][]]>([
  [
    'title.basics',
    [
      ['tconst', 'tt12', 'tconst is not tt and 7 to 12 digits'],
      ['titleType', '\\N', 'titleType is missing'],
      ['isAdult', '1994', 'isAdult is neither 0 nor 1'],
      ['startYear', '19x4', 'startYear is not a whole number'],
      ['startYear', '1799', 'startYear is not between 1800 and 2200'],
      ['runtimeMinutes', '1e3', 'runtimeMinutes is not a whole number'],
      ['genres', 'Drama,,Comedy', 'genres has an empty member'],
      ['genres', 'Drama,Comedy,Drama', 'genres names one twice'],
      ['genres', '\\N', null],
      ['primaryTitle', '\\N', null],
      ['endYear', '1990', null],
    ],
  ],
  [
    'title.ratings',
    [
      ['averageRating', '0.9', 'averageRating is not between 1.0 and 10.0 in tenths'],
      ['averageRating', '10.1', 'averageRating is not between 1.0 and 10.0 in tenths'],
      ['averageRating', '8.55', 'averageRating is not between 1.0 and 10.0 in tenths'],
      ['averageRating', '10.0', null],
      ['averageRating', '8', null],
      ['numVotes', '\\N', 'numVotes is not a whole number'],
      ['numVotes', '-1', 'numVotes is not a whole number'],
      ['numVotes', '0', null],
    ],
  ],
  [
    'title.principals',
    [
      ['characters', '["unclosed', 'characters is not a JSON array of texts'],
      ['characters', '{"a":1}', 'characters is not a JSON array of texts'],
      ['characters', '["A",1]', 'characters is not a JSON array of texts'],
      ['characters', '["A",null]', 'characters is not a JSON array of texts'],
      ['characters', '[["A"]]', 'characters is not a JSON array of texts'],
      ['characters', '["[null]","A \\"b\\""]', null],
      ['characters', '\\N', null],
      ['nconst', 'nm1', 'nconst is not nm and 7 to 12 digits'],
      ['category', '\\N', 'category is missing'],
      ['ordering', 'first', 'ordering is not a whole number'],
    ],
  ],
  [
    'title.akas',
    [
      ['ordering', '0', 'ordering is not a whole number from 1'],
      ['title', '\\N', 'title is missing'],
      ['isOriginalTitle', '2', 'isOriginalTitle is neither 0 nor 1'],
      ['isOriginalTitle', '\\N', null],
    ],
  ],
  [
    'title.crew',
    [
      ['directors', 'nm0000001,', 'directors is not a list of person ids'],
      ['writers', 'tt0000001', 'writers is not a list of person ids'],
      ['writers', 'nm0000003', null],
    ],
  ],
])('%s', (dataset, cases) => {
  test.each(cases)('%s %s: %s', async (column, value, fault) => {
    expect(await faultOf(dataset, { [column]: value })).toBe(fault);
  });
});
