-- Sums over films (titles of type movie that are not for adults only) by genre and year of release, and by year over all of them, under the genre ''. The rows of
-- the served view `film_sums` are made of this; `film-sums.ts` of the views says what a measure is, and what one film adds.
WITH films AS (
  SELECT
    t.genres,
    t."year",
    CAST(coalesce(t.votes, 0) AS BIGINT) AS votes,
    CAST(coalesce(t.rating, 0) AS BIGINT) AS rating,
    CAST(coalesce(t.runtime, 0) AS BIGINT) AS runtime,
    t.budget_cents,
    t.revenue_cents,
    t.popularity_e3,
    coalesce(r."count", 0) AS reviews,
    coalesce(r.compound_e4, 0) AS compound_e4,
    coalesce(r.positive, 0) AS positive,
    coalesce(r.neutral, 0) AS neutral,
    coalesce(r.negative, 0) AS negative
  FROM views.titles t
  LEFT JOIN keyed.movie_reviews r ON r.movie_id = t.id
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
  coalesce(CAST("year" AS VARCHAR), '') || '/' || genre AS cell,
  genre,
  "year",
  count(*) AS films,
  count(*) FILTER (WHERE votes > 0) AS rated_films,
  sum(votes) AS votes,
  sum(CAST(votes AS HUGEINT) * rating) AS points_e3,
  count(*) FILTER (WHERE runtime > 0) AS runtime_films,
  sum(runtime) AS runtime_minutes,
  count(budget_cents) AS budget_films,
  coalesce(sum(budget_cents), 0) AS budget_cents,
  count(revenue_cents) AS revenue_films,
  coalesce(sum(revenue_cents), 0) AS revenue_cents,
  count(*) FILTER (WHERE popularity_e3 >= 50000) AS popularity_high,
  count(*) FILTER (WHERE popularity_e3 >= 10000 AND popularity_e3 < 50000) AS popularity_medium,
  count(*) FILTER (WHERE popularity_e3 < 10000) AS popularity_low,
  sum(reviews) AS reviews,
  sum(compound_e4) AS compound_e4,
  sum(positive) AS positive,
  sum(neutral) AS neutral,
  sum(negative) AS negative
FROM placed
GROUP BY genre, "year"
