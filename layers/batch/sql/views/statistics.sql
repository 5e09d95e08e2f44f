-- Columns and document of the served view `statistics`: over every rated title, and the rows of title.ratings whose title is not known; and when these
-- ratings were so.
WITH rated AS (
  SELECT votes FROM views.titles WHERE votes > 0
  UNION ALL
  SELECT CAST(r.votes AS BIGINT) FROM silver.ratings r WHERE NOT EXISTS (SELECT 1 FROM silver.titles t WHERE t.tconst = r.tconst)
),
figures AS (
  SELECT 'rated_titles' AS name, CAST(count(*) AS BIGINT) AS value FROM rated
  UNION ALL
  SELECT 'total_votes', CAST(coalesce(sum(votes), 0) AS BIGINT) FROM rated
  UNION ALL
  SELECT 'ratings_observed_ms', observed_ms FROM silver.dump_times WHERE dataset = 'title.ratings'
)
SELECT name, value, CAST(to_json({'name': name, 'value': value}) AS VARCHAR) AS statistic FROM figures
