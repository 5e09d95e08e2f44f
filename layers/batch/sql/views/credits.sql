-- Documents of the served view `credits`.
WITH crew AS (
  SELECT
    title_id,
    to_json(array_agg({'nconst': nconst, 'name': name} ORDER BY place) FILTER (WHERE role = 'director')) AS directors,
    to_json(array_agg({'nconst': nconst, 'name': name} ORDER BY place) FILTER (WHERE role = 'writer')) AS writers
  FROM gold.crew_credits
  GROUP BY title_id
),
principals AS (
  SELECT
    title_id,
    to_json(array_agg({'nconst': nconst, 'name': name, 'category': category, 'characters': characters} ORDER BY ordering)
      FILTER (WHERE category IN ('actor', 'actress'))) AS cast_members,
    to_json(array_agg({'ordering': ordering, 'nconst': nconst, 'name': name, 'category': category, 'job': job, 'characters': characters} ORDER BY ordering)) AS credits
  FROM gold.credits
  GROUP BY title_id
)
SELECT
  coalesce(c.title_id, p.title_id) AS id,
  coalesce(CAST(c.directors AS VARCHAR), '[]') AS directors,
  coalesce(CAST(c.writers AS VARCHAR), '[]') AS writers,
  coalesce(CAST(p.cast_members AS VARCHAR), '[]') AS "cast",
  coalesce(CAST(p.credits AS VARCHAR), '[]') AS credits
FROM crew c
FULL JOIN principals p ON p.title_id = c.title_id
