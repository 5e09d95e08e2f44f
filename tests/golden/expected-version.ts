/** Everything that a version made from a folder of IMDb's files alone must hold, by table and view. */
import { entitiesOf } from './gold-reference.ts';
import { rankingsOf } from './ranking-reference.ts';
import { referenceChecks } from './reference-checks.ts';
import type { Row } from './rows.ts';
import { silverOf } from './silver-reference.ts';
import { viewsOf } from './view-reference.ts';

/** The columns that identify a row of each table of silver, keyed views, ledgers and gold, but for the quarantine. */
export const TABLE_KEYS = {
  'silver.titles': ['tconst'],
  'silver.ratings': ['tconst'],
  'silver.names': ['nconst'],
  'silver.crew': ['tconst'],
  'silver.principals': ['tconst', 'ordering'],
  'silver.akas': ['tconst', 'ordering'],
  'silver.episodes': ['tconst'],
  'silver.reference_checks': ['reference'],
  'silver.metadata_events': ['partition', 'offset'],
  'silver.rating_events': ['partition', 'offset'],
  'silver.review_events': ['partition', 'offset'],
  'silver.event_quarantine': ['partition', 'offset'],
  'ledger.late_events': ['partition', 'offset', 'view'],
  'silver.dump_times': ['dataset'],
  'keyed.movie_records': ['movie_id'],
  'keyed.movie_ratings': ['movie_id'],
  'keyed.ratings_by_5m': ['movie_id', 'bucket_ms'],
  'keyed.ratings_by_hour': ['movie_id', 'bucket_ms'],
  'keyed.ratings_by_day': ['movie_id', 'bucket_ms'],
  'keyed.popularity_by_hour': ['movie_id', 'bucket_ms'],
  'keyed.popularity_by_day': ['movie_id', 'bucket_ms'],
  'keyed.movie_reviews': ['movie_id'],
  'keyed.reviews_by_5m': ['movie_id', 'bucket_ms'],
  'keyed.reviews_by_hour': ['movie_id', 'bucket_ms'],
  'keyed.reviews_by_day': ['movie_id', 'bucket_ms'],
  'gold.best_by_genre': ['genre', 'rank'],
  'gold.credits': ['tconst', 'ordering'],
  'gold.crew_credits': ['tconst', 'role', 'place'],
  'gold.crew_names': ['title_id'],
  'gold.genres': ['genre'],
  'gold.imdb_titles': ['title_key'],
  'gold.movies': ['tconst'],
  'gold.people': ['nconst'],
  'gold.person_movies': ['nconst', 'title_id'],
  'gold.search_names': ['title_id'],
  'gold.statistics': ['name'],
  'gold.title_events': ['title_id'],
  'gold.title_names': ['tconst', 'place'],
  'gold.titles': ['tconst'],
  'gold.top_actors': ['rank'],
  'gold.top_movie_credits': ['rank'],
  'gold.top_movie_titles': ['rank', 'place'],
  'gold.top_movies': ['rank'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type TableName = keyof typeof TABLE_KEYS;

/** What is there of a log, and has no rows without one. */
export const EVENT_TABLES = [
  'silver.metadata_events',
  'silver.rating_events',
  'silver.review_events',
  'silver.event_quarantine',
  'ledger.late_events',
  'keyed.movie_records',
  'keyed.movie_ratings',
  'keyed.ratings_by_5m',
  'keyed.ratings_by_hour',
  'keyed.ratings_by_day',
  'keyed.popularity_by_hour',
  'keyed.popularity_by_day',
  'keyed.movie_reviews',
  'keyed.reviews_by_5m',
  'keyed.reviews_by_hour',
  'keyed.reviews_by_day',
  'gold.title_events',
] as const satisfies readonly TableName[];

export type EventTableName = (typeof EVENT_TABLES)[number];

const WITHOUT_EVENTS = Object.fromEntries(EVENT_TABLES.map((table) => [table, []])) as unknown as Readonly<
  Record<EventTableName, readonly Row[]>
>; // as: every name of the list

/** Tables that are read from the first row on: their rows stand in the order of their ranks. */
export const RANKED_TABLES = [
  'gold.best_by_genre',
  'gold.top_actors',
  'gold.top_movie_credits',
  'gold.top_movie_titles',
  'gold.top_movies',
] as const satisfies readonly TableName[];

export const VIEW_KEYS = {
  titles: 'id',
  credits: 'tconst',
  title_names: 'tconst',
  people: 'nconst',
  search: 'id',
  genres: 'genre',
  statistics: 'name',
  sentiment: 'movie_id',
  unknown_titles: 'id',
  tmdb_links: 'id',
  activity: 'bucket',
  film_sums: 'cell',
  film_months: 'cell',
  movie_months: 'movie_id',
  popularity: 'bucket',
} as const;

export type ViewName = keyof typeof VIEW_KEYS;

export interface ExpectedVersion {
  readonly tables: Readonly<Record<TableName, readonly Row[]>>;
  /** Quarantined lines, without the reason. */
  readonly quarantine: readonly Row[];
  readonly views: Readonly<Record<ViewName, readonly Row[]>>;
}

export const expectedVersion = (folder: string): ExpectedVersion => {
  const silver = silverOf(folder);
  const entities = entitiesOf(silver);
  const rankings = rankingsOf(silver, entities);
  return {
    tables: {
      ...WITHOUT_EVENTS,
      'silver.titles': silver.titles,
      'silver.ratings': silver.ratings,
      'silver.names': silver.names,
      'silver.crew': silver.crew,
      'silver.principals': silver.principals,
      'silver.akas': silver.akas,
      'silver.episodes': silver.episodes,
      'silver.dump_times': silver.dumpTimes,
      'silver.reference_checks': referenceChecks(silver),
      'gold.best_by_genre': rankings.best_by_genre,
      'gold.credits': entities.credits,
      'gold.crew_credits': entities.crew_credits,
      'gold.crew_names': entities.crew_names,
      'gold.genres': rankings.genres,
      'gold.imdb_titles': entities.imdb_titles,
      'gold.movies': rankings.movies,
      'gold.people': entities.people,
      'gold.person_movies': entities.person_movies,
      'gold.search_names': entities.search_names,
      'gold.statistics': rankings.statistics,
      'gold.title_names': entities.title_names,
      'gold.titles': entities.titles,
      'gold.top_actors': rankings.top_actors,
      'gold.top_movie_credits': rankings.top_movie_credits,
      'gold.top_movie_titles': rankings.top_movie_titles,
      'gold.top_movies': rankings.top_movies,
    },
    quarantine: silver.refused.map((line) => ({ ...line })),
    views: viewsOf(silver, entities),
  };
};
