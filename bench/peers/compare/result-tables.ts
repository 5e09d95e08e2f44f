/** The tables that every peer makes, under the names that they have in gold, and what is compared of them. */
export interface ResultTable {
  readonly name: string;
  readonly key: readonly string[];
  /** Beside the key. */
  readonly columns: readonly string[];
}

const MOVIE = ['title_id', 'tconst', 'title', 'year', 'rating_tenths', 'votes'];

export const RESULT_TABLES: readonly ResultTable[] = [
  {
    name: 'imdb_titles',
    key: ['title_key'],
    columns: [
      'primary_title',
      'original_title',
      'title_type',
      'directors',
      'writers',
      'genres',
      'hasDirectors',
      'hasWriters',
      'hasEnded',
      'numOfGenres',
      'releaseYear',
      'endYear',
      'averageRating',
      'numVotes',
      'runtimeMinutes',
      'numDirectors',
      'numWriters',
    ],
  },
  { name: 'top_movies', key: ['rank'], columns: [...MOVIE, 'genres', 'score_thousandths'] },
  { name: 'best_by_genre', key: ['genre', 'rank'], columns: MOVIE },
  { name: 'top_actors', key: ['rank'], columns: ['nconst', 'name', 'films'] },
  { name: 'top_movie_credits', key: ['rank'], columns: ['nconst', 'name', 'credits', 'categories'] },
  {
    name: 'top_movie_titles',
    key: ['rank', 'place'],
    columns: ['title_id', 'tconst', 'title', 'region', 'language', 'types', 'is_original'],
  },
];
