/** What the sources write is read by the bronze layer without a single rejected line. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { IMDB_DATASET_NAMES, IMDB_DATASETS, type ImdbDataset } from '@rushes/domain';
import { silentProgress } from '@rushes/runtime';
import { datasetFileName, FILM_DATASETS, SAMPLE_MARK, writeFilmSample, writeSyntheticSample } from '@rushes/sources';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LineStager } from '../src/bronze/line-stager.ts';
import { HeaderReader, parseHeader } from '../src/bronze/read-header.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-format-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Lines that bronze stages of a file; fails where one is rejected or the header is not IMDb's. */
const stagedLines = async (dataset: ImdbDataset): Promise<number> => {
  const path = join(folder, datasetFileName(dataset));
  const header = new HeaderReader(path).push(gunzipSync(await readFile(path)));
  if (!header) throw new Error(`${path} has no header`);
  expect(parseHeader(dataset, path, header.line)).toEqual(IMDB_DATASETS[dataset]);
  const stager = new LineStager(IMDB_DATASETS[dataset].length);
  const { rejected } = stager.push(header.rest);
  expect(rejected).toEqual([]);
  expect(stager.finish()).toMatchObject({ rejected: [] });
  return stager.staged;
};

test('the film sample', async () => {
  const sample = await writeFilmSample(folder);
  expect((await readdir(folder)).filter((name) => name !== SAMPLE_MARK).toSorted()).toEqual(sample.files.toSorted());
  for (const dataset of FILM_DATASETS) expect(await stagedLines(dataset)).toBeGreaterThan(500);
  expect(await stagedLines('title.basics')).toBe(sample.films);
});

test.each([0, 1, 2, 3, 80, 1_500])('made-up catalogs of %i titles', async (titles) => {
  const { rows } = await writeSyntheticSample(
    { folder, titles, seed: titles },
    { progress: silentProgress, signal: new AbortController().signal },
  );
  expect((await readdir(folder)).filter((name) => name !== SAMPLE_MARK).toSorted()).toEqual(
    IMDB_DATASET_NAMES.map(datasetFileName).toSorted(),
  );
  for (const dataset of IMDB_DATASET_NAMES) expect([dataset, await stagedLines(dataset)]).toEqual([dataset, rows[dataset]]);
  expect(rows['title.basics']).toBe(titles);
});
