-- Who is credited in which movie, one row per person and movie, adult ones left out. `acted`: as actor or actress.
SELECT nconst, title_id, bool_or(acted) AS acted
FROM (
  SELECT nconst, title_id, category IN ('actor', 'actress') AS acted FROM gold.credits WHERE title_type = 'movie' AND NOT is_adult
  UNION ALL
  SELECT c.nconst, c.title_id, false
  FROM gold.crew_credits c
  JOIN silver.titles t ON t.tconst = c.tconst AND t.title_type = 'movie' AND NOT t.is_adult
) mentions
GROUP BY nconst, title_id
