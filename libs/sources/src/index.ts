export { downloadDatasets, type DownloadedDataset, type DownloadOptions } from './download/download-datasets.ts';
export { FILM_DATASETS } from './films/film-tables.ts';
export { type FilmSample, writeFilmSample } from './films/write-film-sample.ts';
export { datasetFileName } from './imdb-files.ts';
export { SAMPLE_MARK } from './sample-folder.ts';
export { type SyntheticSample, writeSyntheticSample } from './synthetic/write-synthetic-sample.ts';
