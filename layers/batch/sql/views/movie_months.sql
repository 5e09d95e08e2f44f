-- Document of the served view `movie_months`: what happened to each movie by month of event time.
WITH days AS (
  SELECT movie_id, bucket_ms, "count" AS ratings, sum_tenths, 0 AS reviews, 0 AS compound_e4 FROM keyed.ratings_by_day
  UNION ALL
  SELECT movie_id, bucket_ms, 0, 0, "count", compound_e4 FROM keyed.reviews_by_day
),
months AS (
  SELECT
    movie_id,
    strftime(epoch_ms(bucket_ms), '%Y-%m') AS month,
    sum(ratings) || ',' || sum(sum_tenths) || ',' || sum(reviews) || ',' || sum(compound_e4) AS integers
  FROM days
  GROUP BY movie_id, month
)
SELECT movie_id, '[' || string_agg('["' || month || '",' || integers || ']', ',' ORDER BY month) || ']' AS months
FROM months
GROUP BY movie_id
