import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { IMDB_DATASET_NAMES } from '@rushes/domain';
import { datasetFileName } from '../imdb-files.ts';
import { claimSampleFolder, UNFINISHED_PREFIX } from '../sample-folder.ts';
import { readFilms } from './film-source.ts';
import { FILM_DATASETS, filmTables } from './film-tables.ts';

const compress = promisify(gzip);

export interface FilmSample {
  readonly folder: string;
  /** Names of the files in the folder. */
  readonly files: readonly string[];
  readonly films: number;
}

/**
 * Writes 3,201 real films in IMDb's format into `folder`, which is made if it is not there: titles, ratings, directors.
 * There is no cast, no writer and no regional title: the source has none. Files that are there already with the same bytes are left alone; others of their names
 * are replaced, each at once and whole.
 * @throws UsageError if the folder holds anything but a sample.
 */
export const writeFilmSample = async (folder: string): Promise<FilmSample> => {
  await claimSampleFolder(folder);
  const films = await readFilms();
  const tables = filmTables(films);
  const written = new Set(FILM_DATASETS.map(datasetFileName));
  const changed: { readonly name: string; readonly bytes: Buffer }[] = [];
  for (const dataset of FILM_DATASETS) {
    const name = datasetFileName(dataset);
    const bytes = await compress(tables[dataset], { level: 9 });
    const present = await readFile(join(folder, name)).catch(() => undefined);
    if (!present?.equals(bytes)) changed.push({ name, bytes });
  }
  if (changed.length > 0) await replaceFiles(folder, changed);
  // What a sample of the other kind has besides.
  for (const name of IMDB_DATASET_NAMES.map(datasetFileName)) if (!written.has(name)) await rm(join(folder, name), { force: true });
  return { folder, files: [...written], films: films.length };
};

const replaceFiles = async (folder: string, files: readonly { readonly name: string; readonly bytes: Buffer }[]): Promise<void> => {
  const unfinished = await mkdtemp(join(folder, UNFINISHED_PREFIX));
  try {
    for (const { name, bytes } of files) await writeFile(join(unfinished, name), bytes);
    for (const { name } of files) await rename(join(unfinished, name), join(folder, name));
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
};
