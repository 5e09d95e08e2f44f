-- Titles of type movie.
SELECT
  title_id,
  tconst,
  primary_title AS title,
  original_title,
  start_year AS year,
  runtime_minutes,
  genres,
  rating_tenths,
  votes,
  weight,
  is_adult,
  'https://www.imdb.com/title/' || tconst || '/' AS imdb_link
FROM gold.titles
WHERE title_type = 'movie'
