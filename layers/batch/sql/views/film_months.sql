-- Columns and document of the served view `film_months`: what happened to the films of each genre by month of event time, and to all films, under the genre ''.
-- Films are those of `film_sums.sql`.
WITH days AS (
  SELECT movie_id, bucket_ms, "count" AS ratings, sum_tenths, 0 AS reviews, 0 AS compound_e4 FROM keyed.ratings_by_day
  UNION ALL
  SELECT movie_id, bucket_ms, 0, 0, "count", compound_e4 FROM keyed.reviews_by_day
),
films AS (
  SELECT d.*, strftime(epoch_ms(d.bucket_ms), '%Y-%m') AS month, t.genres
  FROM days d
  JOIN views.titles t ON t.id = d.movie_id
  WHERE lower(t.type) = 'movie' AND NOT t.is_adult
),
placed AS (
  SELECT '' AS genre, f.* FROM films f
  UNION ALL
  SELECT g.genre, f.*
  FROM films f
  CROSS JOIN UNNEST(split(f.genres, chr(31))) AS g(genre)
  WHERE f.genres <> ''
)
SELECT
  month || '/' || genre AS cell,
  genre,
  month,
  '[' || sum(ratings) || ',' || sum(sum_tenths) || ',' || sum(reviews) || ',' || sum(compound_e4) || ']' AS activity
FROM placed
GROUP BY genre, month
