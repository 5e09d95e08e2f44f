-- Columns and documents of the served view `titles`.
SELECT
  t.title_id AS id,
  t.tconst,
  t.title_type AS type,
  t.primary_title AS title_sort,
  i.primary_title,
  i.original_title,
  t.start_year AS year,
  t.end_year,
  t.rating_tenths AS rating,
  t.votes,
  t.runtime_minutes AS runtime,
  t.weight,
  array_join(t.genres, chr(31)) AS genres,
  array_join(t.directors, chr(31)) AS directors,
  array_join(t.writers, chr(31)) AS writers,
  t.director_count,
  t.writer_count,
  i."numOfGenres" AS genre_count,
  CAST(to_json({
    'id': t.title_id,
    'tconst': t.tconst,
    'tmdb_id': CAST(NULL AS INTEGER),
    'title': t.primary_title,
    'original_title': t.original_title,
    'type': t.title_type,
    'year': t.start_year,
    'runtime_minutes': t.runtime_minutes,
    'genres': coalesce(t.genres, []),
    'rating': i."averageRating",
    'votes': t.votes,
    'imdb_link': 'https://www.imdb.com/title/' || t.tconst || '/'
  }) AS VARCHAR) AS movie,
  CAST(to_json(i) AS VARCHAR) AS title
FROM gold.titles t
JOIN gold.imdb_titles i ON i.title_key = t.title_id
