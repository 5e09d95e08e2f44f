-- What events say of a title, whether anything else knows it or not: one row per title that has events, and the states that its row is made from.
SELECT
  coalesce(m.movie_id, r.movie_id) AS title_id,
  coalesce(m.additions, 0) AS additions,
  m.added.tconst AS added_tconst,
  CAST(m.tmdb_link.tmdb_id AS INTEGER) AS tmdb_id,
  nullif(coalesce(m.posted_title.title, m.tmdb_title.title), '') AS title,
  nullif(coalesce(m.posted_genres.genres, m.tmdb_genres.genres), '') AS genres,
  CAST(coalesce(m.posted_year."year", m.tmdb_year."year") AS INTEGER) AS start_year,
  CAST(coalesce(m.posted_runtime_minutes.runtime_minutes, m.tmdb_runtime_minutes.runtime_minutes) AS INTEGER) AS runtime_minutes,
  coalesce(m.posted_rating.rating_tenths, m.tmdb_rating.rating_tenths) AS said_tenths,
  coalesce(r."count", 0) AS given,
  coalesce(r.sum_tenths, 0) AS given_tenths,
  r.imdb,
  r.tmdb,
  CAST(to_json({
    'additions': coalesce(m.additions, 0),
    'added': m.added,
    'tmdb_link': m.tmdb_link,
    'posted_title': m.posted_title,
    'posted_genres': m.posted_genres,
    'posted_year': m.posted_year,
    'posted_runtime_minutes': m.posted_runtime_minutes,
    'posted_rating': m.posted_rating,
    'tmdb_title': m.tmdb_title,
    'tmdb_genres': m.tmdb_genres,
    'tmdb_year': m.tmdb_year,
    'tmdb_runtime_minutes': m.tmdb_runtime_minutes,
    'tmdb_rating': m.tmdb_rating
  }) AS VARCHAR) AS records,
  CASE
    WHEN r.movie_id IS NOT NULL THEN CAST(to_json({
      'count': r."count", 'sum_tenths': r.sum_tenths, 'histogram': r.histogram, 'imdb': r.imdb, 'tmdb': r.tmdb
    }) AS VARCHAR)
  END AS ratings
FROM keyed.movie_records m
FULL JOIN keyed.movie_ratings r ON r.movie_id = m.movie_id
