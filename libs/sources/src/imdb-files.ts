/** How the files that IMDb ships are named and how they begin. */
import { IMDB_DATASETS, type ImdbDataset } from '@rushes/domain';

export const datasetFileName = (dataset: ImdbDataset): string => `${dataset}.tsv.gz`;

/** The first line of a data set, line feed included. */
export const headerLine = (dataset: ImdbDataset): string => `${IMDB_DATASETS[dataset].join('\t')}\n`;
