-- Columns and documents of the served view `sentiment`: the reviews of a movie, and their sentiment by hour and by day of event time.
WITH hours AS (
  SELECT
    movie_id,
    array_agg([bucket_ms, "count", compound_e4, positive, neutral, negative] ORDER BY bucket_ms) AS buckets
  FROM keyed.reviews_by_hour
  GROUP BY movie_id
),
days AS (
  SELECT
    movie_id,
    array_agg([bucket_ms, "count", compound_e4, positive, neutral, negative] ORDER BY bucket_ms) AS buckets
  FROM keyed.reviews_by_day
  GROUP BY movie_id
)
SELECT
  r.movie_id,
  r."count" AS reviews_count,
  CAST(to_json({
    'count': r."count",
    'compound_e4': r.compound_e4,
    'positive': r.positive,
    'neutral': r.neutral,
    'negative': r.negative,
    'latest': r.latest
  }) AS VARCHAR) AS reviews,
  CAST(to_json(h.buckets) AS VARCHAR) AS hours,
  CAST(to_json(d.buckets) AS VARCHAR) AS days
FROM keyed.movie_reviews r
LEFT JOIN hours h ON h.movie_id = r.movie_id
LEFT JOIN days d ON d.movie_id = r.movie_id
