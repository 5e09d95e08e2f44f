-- What events say of a title, whether anything else knows it or not: one row per title that has events, and the states that its row is made from.
WITH states AS (
  SELECT movie_id, CAST(to_json(struct_pack(*COLUMNS(* EXCLUDE (movie_id)))) AS VARCHAR) AS records
  FROM keyed.movie_records
)
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
  CAST(coalesce(m.posted_budget.budget_cents, m.tmdb_budget.budget_cents) AS BIGINT) AS budget_cents,
  CAST(coalesce(m.posted_revenue.revenue_cents, m.tmdb_revenue.revenue_cents) AS BIGINT) AS revenue_cents,
  CAST(r.tmdb.popularity_e3 AS BIGINT) AS popularity_e3,
  nullif(coalesce(m.posted_keywords.keywords, m.tmdb_keywords.keywords), '') AS keywords,
  s.records,
  CASE
    WHEN r.movie_id IS NOT NULL THEN CAST(to_json({
      'count': r."count", 'sum_tenths': r.sum_tenths, 'histogram': r.histogram, 'imdb': r.imdb, 'tmdb': r.tmdb
    }) AS VARCHAR)
  END AS ratings
FROM keyed.movie_records m
FULL JOIN keyed.movie_ratings r ON r.movie_id = m.movie_id
LEFT JOIN states s ON s.movie_id = m.movie_id
