-- The persons most often credited in the ten top movies: distinct movies, and as what.
WITH persons AS (
  SELECT
    c.nconst,
    max(c.name) AS name,
    CAST(count(DISTINCT c.title_id) AS INTEGER) AS credits,
    array_agg(DISTINCT c.category ORDER BY c.category) AS categories
  FROM gold.top_movies m
  JOIN gold.credits c ON c.title_id = m.title_id
  WHERE m.rank <= 10
  GROUP BY c.nconst
)
SELECT CAST(row_number() OVER (ORDER BY credits DESC, nconst) AS INTEGER) AS rank, nconst, name, credits, categories
FROM persons
