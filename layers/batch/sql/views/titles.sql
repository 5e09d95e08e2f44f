-- What is known of each title: what the dumps say of it, merged with the states of its events. `title-row.ts` of the views says the same of one title; the
-- rows of the served view `titles` are made of this.
WITH known AS (
  SELECT
    coalesce(t.title_id, l.title_id) AS id,
    t.title_id IS NOT NULL AS is_dumped,
    l.title_id IS NOT NULL AS is_live,
    coalesce(t.tconst, l.added_tconst) AS tconst,
    coalesce(t.title_type, 'movie') AS type,
    coalesce(t.is_adult, false) AS is_adult,
    coalesce(l.title, t.primary_title) AS title,
    CASE WHEN t.title_id IS NULL THEN l.title ELSE t.original_title END AS original_title,
    coalesce(l.start_year, t.start_year) AS start_year,
    t.end_year,
    coalesce(l.runtime_minutes, t.runtime_minutes) AS runtime_minutes,
    coalesce(l.genres, array_join(t.genres, chr(31))) AS genres,
    array_join(t.directors, chr(31)) AS directors,
    array_join(t.writers, chr(31)) AS writers,
    coalesce(t.director_count, 0) AS director_count,
    coalesce(t.writer_count, 0) AS writer_count,
    t.rating_tenths AS dump_tenths,
    t.votes AS dump_votes,
    t.primary_title AS dump_title,
    t.original_title AS dump_original_title,
    t.tconst AS dump_tconst,
    t.start_year AS dump_year,
    t.runtime_minutes AS dump_runtime,
    array_join(t.genres, chr(31)) AS dump_genres,
    l.tmdb_id,
    l.budget_cents,
    l.revenue_cents,
    l.popularity_e3,
    l.keywords,
    l.said_tenths,
    coalesce(l.given, 0) AS given,
    coalesce(l.given_tenths, 0) AS given_tenths,
    l.imdb,
    l.tmdb,
    l.records,
    l.ratings
  FROM gold.titles t
  FULL JOIN gold.title_events l ON l.title_id = t.title_id
  WHERE t.title_id IS NOT NULL OR l.additions > 0
),
-- IMDb's rating is what was observed last, by the dump or by an event: the event counts if it is the later one, or if the dump says nothing.
observed AS (
  SELECT
    k.*,
    coalesce(
      imdb.votes > 0 AND (coalesce(imdb.at_ms > d.observed_ms, true) OR NOT coalesce(dump_votes > 0 AND dump_tenths IS NOT NULL, false)),
      false
    ) AS is_observed
  FROM known k
  CROSS JOIN (SELECT max(observed_ms) AS observed_ms FROM silver.dump_times WHERE dataset = 'title.ratings') d
),
based AS (
  SELECT
    o.*,
    CASE
      WHEN is_observed THEN imdb.votes
      WHEN dump_votes > 0 AND dump_tenths IS NOT NULL THEN CAST(dump_votes AS BIGINT)
      WHEN tmdb.votes > 0 THEN tmdb.votes
      ELSE 0
    END AS base_votes,
    CASE
      WHEN is_observed THEN imdb.average_e3
      WHEN dump_votes > 0 AND dump_tenths IS NOT NULL THEN CAST(dump_tenths AS BIGINT) * 100
      WHEN tmdb.votes > 0 THEN tmdb.average_e3
      ELSE 0
    END AS base_e3
  FROM observed o
),
rated AS (
  SELECT
    b.*,
    CAST(CASE
      WHEN base_votes + given > 0
        THEN (2 * (base_e3 * base_votes + 100 * given_tenths) + (base_votes + given)) / (2 * (base_votes + given))
      ELSE coalesce(dump_tenths, said_tenths) * 100
    END AS INTEGER) AS rating_e3,
    CAST(CASE
      WHEN base_votes + given > 0 THEN base_votes + given
      WHEN coalesce(dump_tenths, said_tenths) IS NOT NULL THEN 0
    END AS BIGINT) AS votes
  FROM based b
)
SELECT
  id,
  tconst,
  type,
  is_adult,
  title,
  original_title,
  start_year AS "year",
  end_year,
  runtime_minutes AS runtime,
  rating_e3 AS rating,
  votes,
  genres,
  directors,
  writers,
  director_count,
  writer_count,
  tmdb_id,
  budget_cents,
  revenue_cents,
  popularity_e3,
  keywords,
  CASE
    WHEN is_live THEN CAST(to_json({
      'imdb': CASE
        WHEN is_observed
          THEN {'rating': CAST(imdb.average_e3 / 1000.0 AS DOUBLE), 'votes': CAST(imdb.votes AS BIGINT)}
        ELSE {'rating': CAST(dump_tenths / 10.0 AS DOUBLE), 'votes': CAST(dump_votes AS BIGINT)}
      END,
      'live': {
        'rating': CASE WHEN given > 0 THEN CAST(((2 * 100 * given_tenths + given) / (2 * given)) / 1000.0 AS DOUBLE) END,
        'votes': given
      }
    }) AS VARCHAR)
  END AS rating_sources,
  CASE
    WHEN is_live THEN
      '{"dump":' || CASE
        WHEN is_dumped THEN CAST(to_json({
          'tconst': dump_tconst,
          'type': type,
          'is_adult': is_adult,
          'title': dump_title,
          'original_title': dump_original_title,
          'year': dump_year,
          'end_year': end_year,
          'runtime': dump_runtime,
          'rating_tenths': dump_tenths,
          'votes': dump_votes,
          'genres': dump_genres,
          'directors': directors,
          'writers': writers,
          'director_count': director_count,
          'writer_count': writer_count
        }) AS VARCHAR)
        ELSE 'null'
      END || ',"records":' || coalesce(records, 'null') || ',"ratings":' || coalesce(ratings, 'null') || '}'
  END AS live
FROM rated
