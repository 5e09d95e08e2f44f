-- Directors and writers of each title, one row a mention, in the file's order. `name` is null for people missing from name.basics.
WITH mentions AS (
  SELECT c.tconst, 'director' AS role, d.nconst, d.place
  FROM silver.crew c CROSS JOIN UNNEST(c.directors) WITH ORDINALITY AS d(nconst, place)
  UNION ALL
  SELECT c.tconst, 'writer', w.nconst, w.place
  FROM silver.crew c CROSS JOIN UNNEST(c.writers) WITH ORDINALITY AS w(nconst, place)
)
SELECT t.title_id, m.tconst, m.role, CAST(m.place AS INTEGER) AS place, m.nconst, n.primary_name AS name
FROM mentions m
JOIN silver.titles t ON t.tconst = m.tconst
LEFT JOIN silver.names n ON n.nconst = m.nconst
