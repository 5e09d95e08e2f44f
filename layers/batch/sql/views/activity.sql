-- Columns and document of the served view `activity`: what happened to movies in each bucket of event time, in three widths.
WITH parts AS (
  SELECT '5m' AS width, bucket_ms, movie_id, "count" AS ratings, sum_tenths, 0 AS reviews, 0 AS compound_e4 FROM keyed.ratings_by_5m
  UNION ALL
  SELECT '5m', bucket_ms, movie_id, 0, 0, "count", compound_e4 FROM keyed.reviews_by_5m
  UNION ALL
  SELECT 'hour', bucket_ms, movie_id, "count", sum_tenths, 0, 0 FROM keyed.ratings_by_hour
  UNION ALL
  SELECT 'hour', bucket_ms, movie_id, 0, 0, "count", compound_e4 FROM keyed.reviews_by_hour
  UNION ALL
  SELECT 'day', bucket_ms, movie_id, "count", sum_tenths, 0, 0 FROM keyed.ratings_by_day
  UNION ALL
  SELECT 'day', bucket_ms, movie_id, 0, 0, "count", compound_e4 FROM keyed.reviews_by_day
),
-- Ids of movies are UUIDs in lower case, which JSON does not escape.
movies AS (
  SELECT
    width,
    bucket_ms,
    movie_id,
    '["' || movie_id || '",' || sum(ratings) || ',' || sum(sum_tenths) || ',' || sum(reviews) || ',' || sum(compound_e4) || ']' AS entry
  FROM parts
  GROUP BY width, bucket_ms, movie_id
)
SELECT
  strftime(epoch_ms(bucket_ms), '%Y-%m-%dT%H:%MZ/') || width AS bucket,
  CAST(CASE width WHEN '5m' THEN 300000 WHEN 'hour' THEN 3600000 ELSE 86400000 END AS BIGINT) AS width_ms,
  bucket_ms AS start_ms,
  '[' || string_agg(entry, ',' ORDER BY movie_id) || ']' AS movies
FROM movies
GROUP BY width, bucket_ms
