-- How many references between the tables lead nowhere.
SELECT 'ratings.tconst' AS reference, count(*) AS total, count(*) FILTER (WHERE t.tconst IS NULL) AS dangling
FROM silver.ratings r LEFT JOIN silver.titles t ON t.tconst = r.tconst
UNION ALL
SELECT 'crew.tconst', count(*), count(*) FILTER (WHERE t.tconst IS NULL)
FROM silver.crew c LEFT JOIN silver.titles t ON t.tconst = c.tconst
UNION ALL
SELECT 'crew.directors', count(*), count(*) FILTER (WHERE n.nconst IS NULL)
FROM (SELECT d.nconst FROM silver.crew c CROSS JOIN UNNEST(c.directors) AS d(nconst)) r LEFT JOIN silver.names n ON n.nconst = r.nconst
UNION ALL
SELECT 'crew.writers', count(*), count(*) FILTER (WHERE n.nconst IS NULL)
FROM (SELECT w.nconst FROM silver.crew c CROSS JOIN UNNEST(c.writers) AS w(nconst)) r LEFT JOIN silver.names n ON n.nconst = r.nconst
UNION ALL
SELECT 'principals.tconst', count(*), count(*) FILTER (WHERE t.tconst IS NULL)
FROM silver.principals p LEFT JOIN silver.titles t ON t.tconst = p.tconst
UNION ALL
SELECT 'principals.nconst', count(*), count(*) FILTER (WHERE n.nconst IS NULL)
FROM silver.principals p LEFT JOIN silver.names n ON n.nconst = p.nconst
UNION ALL
SELECT 'akas.tconst', count(*), count(*) FILTER (WHERE t.tconst IS NULL)
FROM silver.akas a LEFT JOIN silver.titles t ON t.tconst = a.tconst
UNION ALL
SELECT 'episodes.tconst', count(*), count(*) FILTER (WHERE t.tconst IS NULL)
FROM silver.episodes e LEFT JOIN silver.titles t ON t.tconst = e.tconst
UNION ALL
SELECT 'episodes.parent_tconst', count(*), count(*) FILTER (WHERE t.tconst IS NULL)
FROM silver.episodes e LEFT JOIN silver.titles t ON t.tconst = e.parent_tconst
