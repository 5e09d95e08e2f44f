-- Directors and writers of each title, one row a mention, in the file's order. `name` is null for people missing from name.basics.
WITH mentions AS (
  SELECT tconst, 'director' AS role, unnest(directors) AS nconst, generate_subscripts(directors, 1) AS place FROM silver.crew
  UNION ALL
  SELECT tconst, 'writer', unnest(writers), generate_subscripts(writers, 1) FROM silver.crew
)
SELECT t.title_id, m.tconst, m.role, CAST(m.place AS INTEGER) AS place, m.nconst, n.primary_name AS name
FROM mentions m
JOIN silver.titles t ON t.tconst = m.tconst
LEFT JOIN silver.names n ON n.nconst = m.nconst
