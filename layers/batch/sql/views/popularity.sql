-- Columns and document of the served view `popularity`: what TMDB was observed to say last of movies in each hour and day of event time.
WITH buckets AS (
  SELECT 'hour' AS width, bucket_ms, movie_id, latest FROM keyed.popularity_by_hour
  UNION ALL
  SELECT 'day', bucket_ms, movie_id, latest FROM keyed.popularity_by_day
)
-- Ids of movies are UUIDs in lower case, which JSON does not escape.
SELECT
  strftime(epoch_ms(bucket_ms), '%Y-%m-%dT%H:%MZ/') || width AS bucket,
  CAST(CASE width WHEN 'hour' THEN 3600000 ELSE 86400000 END AS BIGINT) AS width_ms,
  bucket_ms AS start_ms,
  '[' || string_agg(
    '["' || movie_id || '",' || latest.popularity_e3 || ',' || latest.at_ms || ',' || latest."offset" || ']', ',' ORDER BY movie_id
  ) || ']' AS movies
FROM buckets
GROUP BY width, bucket_ms
