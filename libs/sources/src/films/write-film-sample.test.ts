import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { isNconst, isTconst } from '@rushes/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FilmDataset } from './film-tables.ts';
import { type FilmSample, writeFilmSample } from './write-film-sample.ts';

let folder: string;
let sample: FilmSample;

beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'rushes-films-')), 'made', 'when needed');
  sample = await writeFilmSample(folder);
});
afterAll(() => rm(join(folder, '../..'), { recursive: true, force: true }));

const rows = async (dataset: FilmDataset): Promise<readonly (readonly string[])[]> => {
  const text = gunzipSync(await readFile(join(folder, `${dataset}.tsv.gz`))).toString('utf8');
  return text
    .split('\n')
    .slice(1, -1)
    .map((line) => line.split('\t'));
};
const column = async (dataset: FilmDataset, index: number): Promise<readonly string[]> =>
  (await rows(dataset)).map((row) => row[index] ?? '');

test('has every film of the source, and names what it wrote', async () => {
  expect(sample).toEqual({
    folder,
    files: ['title.basics.tsv.gz', 'title.ratings.tsv.gz', 'title.crew.tsv.gz', 'name.basics.tsv.gz'],
    films: 3201,
  });
  expect(await rows('title.basics')).toHaveLength(3201);
  expect(await rows('title.crew')).toHaveLength(3201);
  expect(await rows('title.ratings')).toHaveLength(2988);
  expect(await rows('name.basics')).toHaveLength(550);
});

test('ids are well-formed, unique and ascending', async () => {
  for (const [dataset, valid] of [
    ['title.basics', isTconst],
    ['title.crew', isTconst],
    ['title.ratings', isTconst],
    ['name.basics', isNconst],
  ] as const) {
    const ids = await column(dataset, 0);
    expect(ids.filter((id) => !valid(id))).toEqual([]);
    expect(ids).toEqual([...new Set(ids)].toSorted());
  }
});

test('every reference leads somewhere', async () => {
  const titles = new Set(await column('title.basics', 0));
  const names = new Set(await column('name.basics', 0));
  const directors = (await column('title.crew', 1)).filter((field) => field !== '\\N');
  expect(directors).toHaveLength(1870);
  expect(directors.filter((id) => !names.has(id))).toEqual([]);
  expect(new Set(directors)).toEqual(names);
  expect((await column('title.ratings', 0)).filter((id) => !titles.has(id))).toEqual([]);
  const knownFor = (await column('name.basics', 5)).map((field) => field.split(','));
  expect(knownFor.flat().filter((id) => !titles.has(id))).toEqual([]);
  expect(Math.max(...knownFor.map((ids) => ids.length))).toBe(4);
});

test('a director of several films is one person', async () => {
  const [spielberg, ...others] = (await rows('name.basics')).filter((row) => row[1] === 'Steven Spielberg');
  expect(others).toEqual([]);
  expect((await column('title.crew', 1)).filter((id) => id === spielberg?.[0])).toHaveLength(23);
});

test('years lie between the first film and the age of the source', async () => {
  const years = (await column('title.basics', 5)).filter((year) => year !== '\\N').map(Number);
  expect(Math.min(...years)).toBe(1915);
  expect(Math.max(...years)).toBe(2011);
});

test('a second time, nothing is written; what was changed is put right', async () => {
  const path = join(folder, 'title.ratings.tsv.gz');
  const before = await readFile(path);
  const untouched = await stat(join(folder, 'title.basics.tsv.gz'), { bigint: true });
  await writeFile(path, 'something else');
  expect(await writeFilmSample(folder)).toEqual(sample);
  expect((await readFile(path)).equals(before)).toBe(true);
  expect((await stat(join(folder, 'title.basics.tsv.gz'), { bigint: true })).ino).toBe(untouched.ino);
  expect((await stat(join(folder, 'title.basics.tsv.gz'), { bigint: true })).mtimeNs).toBe(untouched.mtimeNs);
  expect(await readdir(folder)).toHaveLength(5);
});

test('two that write at the same time leave whole files', async () => {
  await rm(folder, { recursive: true });
  await Promise.all([writeFilmSample(folder), writeFilmSample(folder)]);
  expect(await rows('title.basics')).toHaveLength(3201);
  expect(await readdir(folder)).toHaveLength(5);
});
