-- Everything that is known of a title by itself, one row per title of any type.
SELECT
  t.title_id,
  t.tconst,
  t.title_type,
  t.primary_title,
  t.original_title,
  t.is_adult,
  t.start_year,
  t.end_year,
  t.runtime_minutes,
  t.genres,
  r.rating_tenths,
  r.votes,
  CAST(r.rating_tenths AS BIGINT) * r.votes AS weight,
  n.directors,
  n.writers,
  CAST(coalesce(cardinality(c.directors), 0) AS INTEGER) AS director_count,
  CAST(coalesce(cardinality(c.writers), 0) AS INTEGER) AS writer_count,
  t.quality_flags
FROM silver.titles t
LEFT JOIN silver.ratings r ON r.tconst = t.tconst
LEFT JOIN silver.crew c ON c.tconst = t.tconst
LEFT JOIN gold.crew_names n ON n.title_id = t.title_id
