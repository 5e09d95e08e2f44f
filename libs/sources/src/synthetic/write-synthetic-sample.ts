import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { IMDB_DATASET_NAMES, type ImdbDataset } from '@rushes/domain';
import { type Progress, UsageError } from '@rushes/runtime';
import { createGzipTextFile, type GzipTextFile } from '../gzip-text-file.ts';
import { datasetFileName, headerLine } from '../imdb-files.ts';
import { inventCredits } from './credits.ts';
import { MAX_TITLES } from './ids.ts';
import { claimSampleFolder, UNFINISHED_PREFIX } from '../sample-folder.ts';
import { createPeople } from './people.ts';
import { inventPerson } from './person-line.ts';
import { createRandom } from './random.ts';
import { inventRegionalTitles } from './regional-titles.ts';
import { createSeriesList } from './series-list.ts';
import { basicsLine, episodeLine, inventTitle, ratingsLine } from './title-facts.ts';

/** Changes when the same seed gives other bytes. */
const GENERATOR_VERSION = 1;

/** So many titles or people between two looks at the signal and the files. */
const BATCH = 200;

export interface SyntheticSample {
  readonly folder: string;
  /** Lines of each data set, without the header. */
  readonly rows: Readonly<Record<ImdbDataset, number>>;
  /** Size of all files together, compressed. */
  readonly bytes: number;
}

type Files = Readonly<Record<ImdbDataset, GzipTextFile>>;
type Rows = Record<ImdbDataset, number>;

/**
 * Writes all seven of IMDb's data sets, made up, with `titles` titles, into `folder`, which is made if it is not there; files of their names are replaced once
 * all are complete. The text is the same for the same number, seed and `GENERATOR_VERSION` (the compressed bytes too, with one version of Node on one kind of processor).
 * Memory: 18 bytes a person and about 150 a series, besides a constant.
 * @throws UsageError if `titles` or `seed` is no number that can be used, or if the folder holds anything but a sample.
 */
export const writeSyntheticSample = async (
  { folder, titles, seed }: { readonly folder: string; readonly titles: number; readonly seed: number },
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<SyntheticSample> => {
  if (!Number.isInteger(titles) || titles < 0 || titles > MAX_TITLES)
    throw new UsageError(`a sample of ${titles} titles cannot be made`, { hint: `name a whole number from 0 to ${MAX_TITLES}` });
  if (!Number.isSafeInteger(seed)) throw new UsageError(`${seed} is no seed`, { hint: 'name a whole number' });
  await claimSampleFolder(folder);
  const unfinished = await mkdtemp(join(folder, UNFINISHED_PREFIX));
  const files = perDataset((dataset) => createGzipTextFile(join(unfinished, datasetFileName(dataset))));
  try {
    const rows = perDataset(() => 0);
    await writeRows({ titles, seed, files, rows, progress, signal });
    let bytes = 0;
    for (const dataset of IMDB_DATASET_NAMES) bytes += await files[dataset].finish();
    for (const dataset of IMDB_DATASET_NAMES)
      await rename(join(unfinished, datasetFileName(dataset)), join(folder, datasetFileName(dataset)));
    return { folder, rows, bytes };
  } finally {
    for (const dataset of IMDB_DATASET_NAMES) await files[dataset].abandon();
    await rm(unfinished, { recursive: true, force: true });
  }
};

const perDataset = <T>(make: (dataset: ImdbDataset) => T): Record<ImdbDataset, T> =>
  Object.fromEntries(IMDB_DATASET_NAMES.map((dataset) => [dataset, make(dataset)])) as Record<ImdbDataset, T>; // as: a key for each name

interface Job {
  readonly titles: number;
  readonly seed: number;
  readonly files: Files;
  readonly rows: Rows;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

const writeRows = async (job: Job): Promise<void> => {
  const { titles, seed, files, rows } = job;
  const random = createRandom(`rushes made-up catalog ${GENERATOR_VERSION}, seed ${seed}`);
  const people = createPeople(titles);
  const seriesList = createSeriesList();
  const add = (dataset: ImdbDataset, lines: string, count: number): void => {
    files[dataset].add(lines);
    rows[dataset] += count;
  };
  for (const dataset of IMDB_DATASET_NAMES) files[dataset].add(headerLine(dataset));

  await inBatches(job, { name: 'make up titles', unit: 'titles', total: titles }, (index) => {
    const title = inventTitle(random, index, seriesList, people.credited);
    const { crew, principals, principalCount } = inventCredits(random, people, title);
    const regional = inventRegionalTitles(random, title);
    add('title.basics', basicsLine(title), 1);
    add('title.crew', crew, 1);
    add('title.principals', principals, principalCount);
    add('title.akas', regional.lines, regional.count);
    if (title.rating) add('title.ratings', ratingsLine(title), 1);
    if (title.episode) add('title.episode', episodeLine(title), 1);
  });
  await inBatches(job, { name: 'make up people', unit: 'people', total: people.count }, (person) => {
    add('name.basics', inventPerson(random, people, person, titles), 1);
  });
};

/** Calls `make` for every position below `total`, with a look at the signal and at the files now and then. */
const inBatches = async (
  { files, progress, signal }: Job,
  options: { readonly name: string; readonly unit: string; readonly total: number },
  make: (position: number) => void,
): Promise<void> => {
  const task = progress.task(options);
  for (let start = 0; start < options.total; start += BATCH) {
    signal.throwIfAborted();
    const end = Math.min(options.total, start + BATCH);
    for (let position = start; position < end; position++) make(position);
    for (const dataset of IMDB_DATASET_NAMES) await files[dataset].drain();
    task.advance(end - start);
  }
  task.finish();
};
