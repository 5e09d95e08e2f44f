import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { IMDB_DATASET_NAMES, type ImdbDataset, isNconst, isTconst } from '@rushes/domain';
import { silentProgress, UsageError } from '@rushes/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { datasetFileName } from '../imdb-files.ts';
import { type SyntheticSample, writeSyntheticSample } from './write-synthetic-sample.ts';

const TITLES = 10_000;

let root: string;
let sample: SyntheticSample;

const write = (name: string, titles: number, seed: number, signal = new AbortController().signal) =>
  writeSyntheticSample({ folder: join(root, name), titles, seed }, { progress: silentProgress, signal });
const fileOf = (name: string, dataset: ImdbDataset): Promise<Buffer> => readFile(join(root, name, datasetFileName(dataset)));

type Row = readonly string[];
const rowsOf = async (name: string, dataset: ImdbDataset): Promise<readonly Row[]> =>
  gunzipSync(await fileOf(name, dataset))
    .toString('utf8')
    .split('\n')
    .slice(1, -1)
    .map((line) => line.split('\t'));

let data: Record<ImdbDataset, readonly Row[]>;
const cell = (row: Row, index: number): string => row[index] ?? '';
const list = (field: string): readonly string[] => (field === '\\N' ? [] : field.split(','));
const share = (rows: readonly Row[], holds: (row: Row) => boolean): number => rows.filter(holds).length / rows.length;
const quantile = (sorted: readonly number[], q: number): number => sorted[Math.floor(q * sorted.length)] ?? Number.NaN;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rushes-made-up-'));
  sample = await write('main', TITLES, 7);
  const entries = await Promise.all(IMDB_DATASET_NAMES.map(async (dataset) => [dataset, await rowsOf('main', dataset)] as const));
  data = Object.fromEntries(entries) as typeof data; // as: an entry for each name
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('reproducible', () => {
  test('the same seed gives the same bytes', async () => {
    await write('one', 3_000, 42);
    await write('two', 3_000, 42);
    for (const dataset of IMDB_DATASET_NAMES) expect((await fileOf('one', dataset)).equals(await fileOf('two', dataset))).toBe(true);
  });

  test('another seed gives other bytes in every file', async () => {
    await write('other', 3_000, 43);
    for (const dataset of IMDB_DATASET_NAMES) expect((await fileOf('one', dataset)).equals(await fileOf('other', dataset))).toBe(false);
  });

  test('says how much there is', async () => {
    for (const dataset of IMDB_DATASET_NAMES) expect([dataset, sample.rows[dataset]]).toEqual([dataset, data[dataset].length]);
    const sizes = await Promise.all(IMDB_DATASET_NAMES.map(async (dataset) => (await fileOf('main', dataset)).length));
    expect(sample.bytes).toBe(sizes.reduce((sum, size) => sum + size, 0));
  });
});

describe('references', () => {
  test('ids are well-formed and unique, and files sorted by them', () => {
    for (const dataset of ['title.basics', 'title.ratings', 'title.crew', 'title.episode', 'name.basics'] as const) {
      const ids = data[dataset].map((row) => cell(row, 0));
      expect(ids.every(dataset === 'name.basics' ? isNconst : isTconst)).toBe(true);
      expect(ids).toEqual([...new Set(ids)].toSorted());
    }
    for (const dataset of ['title.principals', 'title.akas'] as const) {
      const keys = data[dataset].map((row) => `${cell(row, 0)} ${cell(row, 1).padStart(3, '0')}`);
      expect(keys).toEqual([...new Set(keys)].toSorted());
    }
  });

  test('titles lead to titles, episodes to series', () => {
    const types = new Map(data['title.basics'].map((row) => [cell(row, 0), cell(row, 1)]));
    for (const dataset of ['title.ratings', 'title.crew', 'title.principals', 'title.akas'] as const)
      expect(data[dataset].every((row) => types.has(cell(row, 0)))).toBe(true);
    expect(data['title.crew']).toHaveLength(TITLES);
    const episodes = data['title.basics'].filter((row) => cell(row, 1) === 'tvEpisode').map((row) => cell(row, 0));
    expect(data['title.episode'].map((row) => cell(row, 0))).toEqual(episodes);
    expect(new Set(data['title.episode'].map((row) => types.get(cell(row, 1))))).toEqual(new Set(['tvSeries', 'tvMiniSeries']));
  });

  test('people are in name.basics, but for a few', () => {
    const names = new Set(data['name.basics'].map((row) => cell(row, 0)));
    const dangling = share(data['title.principals'], (row) => !names.has(cell(row, 2)));
    expect(dangling).toBeGreaterThan(0);
    expect(dangling).toBeLessThan(0.01);
    expect(data['title.principals'].every((row) => isNconst(cell(row, 2)))).toBe(true);
  });

  test('what people are known for is what they are credited with', () => {
    const credits = new Set(data['title.principals'].map((row) => `${cell(row, 2)} ${cell(row, 0)}`));
    for (const row of data['title.crew'])
      for (const id of [...list(cell(row, 1)), ...list(cell(row, 2))]) credits.add(`${id} ${cell(row, 0)}`);
    const credited = new Set([...credits].map((credit) => credit.split(' ')[0]));
    const known = data['name.basics'].filter((row) => credited.has(cell(row, 0)));
    expect(known.length).toBeGreaterThan(1_000);
    const claims = known.flatMap((row) => list(cell(row, 5)).map((title) => `${cell(row, 0)} ${title}`));
    expect(claims.filter((claim) => !credits.has(claim))).toEqual([]);
  });

  test('the first directors of title.crew are among the principals', () => {
    const principals = new Set(
      data['title.principals'].filter((row) => cell(row, 3) === 'director').map((row) => `${cell(row, 0)} ${cell(row, 2)}`),
    );
    const directed = new Set([...principals].map((key) => key.split(' ')[0]));
    const crew = data['title.crew'].filter((row) => directed.has(cell(row, 0)));
    expect(crew.every((row) => principals.has(`${cell(row, 0)} ${list(cell(row, 1))[0]}`))).toBe(true);
  });
});

describe('like IMDb', () => {
  test('title types', () => {
    const of = (type: string): number => share(data['title.basics'], (row) => cell(row, 1) === type);
    expect(of('tvEpisode')).toBeGreaterThan(0.68);
    expect(of('tvEpisode')).toBeLessThan(0.78);
    expect(of('short')).toBeGreaterThan(0.08);
    expect(of('movie')).toBeGreaterThan(0.055);
    expect(of('movie')).toBeLessThan(0.08);
  });

  test('few titles are rated, movies more often; most have few votes, few have most', () => {
    const types = new Map(data['title.basics'].map((row) => [cell(row, 0), cell(row, 1)]));
    const rated = data['title.ratings'];
    expect(rated.length / TITLES).toBeGreaterThan(0.12);
    expect(rated.length / TITLES).toBeLessThan(0.17);
    const movies = rated.filter((row) => types.get(cell(row, 0)) === 'movie');
    expect(movies.length / [...types.values()].filter((type) => type === 'movie').length).toBeGreaterThan(0.4);
    const votes = rated.map((row) => Number(row[2])).toSorted((a, b) => a - b);
    expect(votes[0]).toBeGreaterThanOrEqual(5);
    expect(quantile(votes, 0.5)).toBeLessThan(100);
    expect(quantile(votes, 0.99)).toBeGreaterThan(2_000);
    const total = votes.reduce((sum, count) => sum + count, 0);
    const topHundredth = votes.slice(Math.floor(votes.length * 0.99)).reduce((sum, count) => sum + count, 0);
    expect(topHundredth / total).toBeGreaterThan(0.5);
  });

  test('ratings', () => {
    const ratings = data['title.ratings'].map((row) => cell(row, 1));
    expect(ratings.every((rating) => /^([1-9]\.\d|10\.0)$/.test(rating))).toBe(true);
    const mean = ratings.reduce((sum, rating) => sum + Number(rating), 0) / ratings.length;
    expect(mean).toBeGreaterThan(6.6);
    expect(mean).toBeLessThan(7.2);
  });

  test('years are recent, rarely in the future, sometimes unknown; flags and genres are as they should be', () => {
    const basics = data['title.basics'];
    const years = basics
      .filter((row) => cell(row, 5) !== '\\N')
      .map((row) => Number(row[5]))
      .toSorted((a, b) => a - b);
    expect(years[0]).toBeGreaterThanOrEqual(1894);
    expect(years.at(-1)).toBeLessThanOrEqual(2028);
    expect(quantile(years, 0.5)).toBeGreaterThan(2005);
    expect(share(basics, (row) => cell(row, 5) === '\\N')).toBeLessThan(0.2);
    expect(basics.every((row) => cell(row, 6) === '\\N' || Number(row[6]) >= Number(row[5]))).toBe(true);
    expect(basics.every((row) => cell(row, 7) === '\\N' || Number(row[7]) >= 1)).toBe(true);
    const adult = share(basics, (row) => cell(row, 4) === '1');
    expect(adult).toBeGreaterThan(0);
    expect(adult).toBeLessThan(0.04);
    const disordered = basics
      .map((row) => list(cell(row, 8)))
      .filter((genres) => genres.length > 3 || genres.join() !== [...new Set(genres)].toSorted().join());
    expect(disordered).toEqual([]);
  });

  test('titles hold what trips careless readers', () => {
    const titles = data['title.basics'].map((row) => cell(row, 2));
    expect(titles.some((title) => title.startsWith('"') && !title.endsWith('"'))).toBe(true);
    expect(titles.some((title) => title.includes('\\'))).toBe(true);
    expect(titles.some((title) => title.length > 200)).toBe(true);
    expect(titles.some((title) => /\p{Script=Han}/u.test(title))).toBe(true);
    expect(titles.some((title) => /\p{Script=Cyrillic}/u.test(title))).toBe(true);
    expect(titles.some((title) => /\p{Emoji_Presentation}/u.test(title))).toBe(true);
  });

  test('principals: up to ten a title, characters as JSON, people of all degrees of busyness', () => {
    const principals = data['title.principals'];
    expect(principals.length / TITLES).toBeGreaterThan(6.5);
    expect(principals.reduce((most, row) => Math.max(most, Number(row[1])), 0)).toBe(10);
    const characters = principals.map((row) => cell(row, 5)).filter((field) => field !== '\\N');
    const parsed = characters.map((field): unknown => JSON.parse(field));
    expect(parsed.every((value) => Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string'))).toBe(true);
    expect(characters.some((field) => field.includes('\\"'))).toBe(true);
    const credits = new Map<string, number>();
    for (const row of principals) credits.set(cell(row, 2), (credits.get(cell(row, 2)) ?? 0) + 1);
    const counts = [...credits.values()].toSorted((a, b) => a - b);
    expect(quantile(counts, 0.5)).toBeLessThan(15);
    expect(counts.at(-1)).toBeGreaterThan(100);
    expect(credits.size / data['name.basics'].length).toBeLessThan(0.8);
    expect(data['name.basics'].length).toBe(TITLES * 1.2);
  });

  test('crew: one director mostly, up to six writers, none for many', () => {
    const counts = (column: number): number[] => data['title.crew'].map((row) => list(cell(row, column)).length);
    expect(Math.max(...counts(1))).toBe(3);
    expect(Math.max(...counts(2))).toBe(6);
    expect(counts(1).filter((count) => count === 0).length / TITLES).toBeGreaterThan(0.25);
    expect(counts(1).filter((count) => count === 1).length / TITLES).toBeGreaterThan(0.45);
  });

  test('regional titles: several a movie, more the better known, one of them the original', () => {
    const akas = data['title.akas'];
    expect(akas.length / TITLES).toBeGreaterThan(3);
    expect(akas.length / TITLES).toBeLessThan(5);
    const perTitle = Map.groupBy(akas, (row) => cell(row, 0));
    const originalsOf = (rows: readonly Row[]): number => rows.filter((row) => cell(row, 5) === 'original').length;
    expect([...perTitle.values()].filter((rows) => originalsOf(rows) !== 1)).toEqual([]);
    const originals = new Map(data['title.basics'].map((row) => [cell(row, 0), cell(row, 3)]));
    expect(akas.filter((row) => cell(row, 5) === 'original').every((row) => originals.get(cell(row, 0)) === row[2])).toBe(true);
    const mean = (ids: readonly string[]): number => ids.reduce((sum, id) => sum + (perTitle.get(id)?.length ?? 0), 0) / ids.length;
    const movies = new Set(data['title.basics'].filter((row) => cell(row, 1) === 'movie').map((row) => cell(row, 0)));
    const known = data['title.ratings'].filter((row) => movies.has(cell(row, 0)) && Number(row[2]) >= 500).map((row) => cell(row, 0));
    expect(mean(known)).toBeGreaterThan(mean([...movies]) + 2);
    expect(akas.some((row) => cell(row, 5).includes('\u0002'))).toBe(true);
    expect(akas.some((row) => cell(row, 6).includes('\u0002'))).toBe(true);
  });
});

describe('limits', () => {
  test.each([-1, 1.5, Number.NaN, 1e9])('%d titles cannot be made', async (titles) => {
    await expect(write('never', titles, 1)).rejects.toBeInstanceOf(UsageError);
  });

  test('stops when it is told to, and leaves neither half files nor the earlier ones touched', async () => {
    await write('stopped', 10, 1);
    const before = await fileOf('stopped', 'title.basics');
    const controller = new AbortController();
    const progress = { task: () => ({ ...silentProgress.task({ name: '', unit: '' }), advance: () => controller.abort() }) };
    const promise = writeSyntheticSample(
      { folder: join(root, 'stopped'), titles: 50_000, seed: 2 },
      { progress, signal: controller.signal },
    );
    await expect(promise).rejects.toMatchObject({ name: 'AbortError' });
    expect(await readdir(join(root, 'stopped'))).toHaveLength(8);
    expect((await fileOf('stopped', 'title.basics')).equals(before)).toBe(true);
  });
});
