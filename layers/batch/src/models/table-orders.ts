/**
 * The order of rows within the files of each derived table: total, so that equal rows give equal bytes, and by what readers look for.
 * A model without an entry here is refused, and an entry without a model too.
 */
export const TABLE_ORDERS: Readonly<Record<string, readonly string[]>> = {
  'gold.best_by_genre': ['genre', 'rank'],
  'gold.credits': ['tconst', 'ordering'],
  'gold.crew_credits': ['tconst', 'role', 'place'],
  'gold.genres': ['genre'],
  'gold.imdb_titles': ['title_key'],
  'gold.movies': ['title_id'],
  'gold.people': ['nconst'],
  'gold.statistics': ['name'],
  'gold.title_names': ['tconst', 'place', 'title'],
  'gold.titles': ['title_id'],
  'gold.top_actors': ['rank'],
  'gold.top_movie_credits': ['rank'],
  'gold.top_movie_titles': ['rank', 'place', 'title'],
  'gold.top_movies': ['rank'],
  'silver.reference_checks': ['reference'],
  'views.credits': ['id'],
  'views.genres': ['genre'],
  'views.people': ['nconst'],
  'views.statistics': ['name'],
  'views.title_names': ['id'],
  'views.titles': ['id'],
};
