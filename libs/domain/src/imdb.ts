/** IMDb's seven data sets and the columns that the layers above need of each, under IMDb's own names. Further columns are kept in bronze. */
export const IMDB_DATASETS = {
  'title.basics': ['tconst', 'titleType', 'primaryTitle', 'originalTitle', 'isAdult', 'startYear', 'endYear', 'runtimeMinutes', 'genres'],
  'title.ratings': ['tconst', 'averageRating', 'numVotes'],
  'name.basics': ['nconst', 'primaryName', 'birthYear', 'deathYear', 'primaryProfession', 'knownForTitles'],
  'title.crew': ['tconst', 'directors', 'writers'],
  'title.principals': ['tconst', 'ordering', 'nconst', 'category', 'job', 'characters'],
  'title.akas': ['titleId', 'ordering', 'title', 'region', 'language', 'types', 'attributes', 'isOriginalTitle'],
  'title.episode': ['tconst', 'parentTconst', 'seasonNumber', 'episodeNumber'],
} as const satisfies Record<string, readonly string[]>;

export type ImdbDataset = keyof typeof IMDB_DATASETS;

export const IMDB_DATASET_NAMES = Object.keys(IMDB_DATASETS) as ImdbDataset[]; // as: keys of the literal above

/** How IMDb writes "no value". */
export const IMDB_NULL = '\\N';

/** `averageRating` of `title.ratings`: 1.0 to 10.0 in tenths. `sql/silver/ratings.sql` says the same; a test compares. */
export const IMDB_AVERAGE = /^([1-9](\.[0-9])?|10(\.0)?)$/;

/** `numVotes` of `title.ratings`. */
export const IMDB_VOTES = /^[0-9]{1,9}$/;

/** How IMDb separates the members of `types` and `attributes` in `title.akas`. */
export const IMDB_LIST_SEPARATOR = '\u0002';
