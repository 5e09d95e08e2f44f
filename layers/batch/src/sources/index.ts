export { type FilmSample, writeFilmSample } from './films/write-film-sample.ts';
export { type SyntheticSample, writeSyntheticSample } from './synthetic/write-synthetic-sample.ts';
export { downloadDatasets, type DownloadedDataset, type DownloadOptions } from './download/download-datasets.ts';
