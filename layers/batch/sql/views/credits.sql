-- Documents of the served view `credits`. Arrays are joined from one JSON text a row: sorting texts is three times as fast as sorting structs.
WITH crew AS (
  SELECT
    title_id,
    string_agg(person, ',' ORDER BY place) FILTER (WHERE role = 'director') AS directors,
    string_agg(person, ',' ORDER BY place) FILTER (WHERE role = 'writer') AS writers
  FROM (SELECT title_id, role, place, CAST(to_json({'nconst': nconst, 'name': name}) AS VARCHAR) AS person FROM gold.crew_credits) mentions
  GROUP BY title_id
),
principals AS (
  SELECT
    title_id,
    string_agg(member, ',' ORDER BY ordering) FILTER (WHERE category IN ('actor', 'actress')) AS cast_members,
    string_agg(credit, ',' ORDER BY ordering) AS credits
  FROM (
    SELECT
      title_id,
      ordering,
      category,
      CASE
        WHEN category IN ('actor', 'actress')
          THEN CAST(to_json({'nconst': nconst, 'name': name, 'category': category, 'characters': coalesce(characters, [])}) AS VARCHAR)
      END AS member,
      CAST(to_json({
        'ordering': ordering,
        'nconst': nconst,
        'name': name,
        'category': category,
        'job': job,
        'characters': coalesce(characters, [])
      }) AS VARCHAR) AS credit
    FROM gold.credits
  ) rows
  GROUP BY title_id
)
SELECT
  coalesce(c.title_id, p.title_id) AS id,
  '[' || coalesce(c.directors, '') || ']' AS directors,
  '[' || coalesce(c.writers, '') || ']' AS writers,
  '[' || coalesce(p.cast_members, '') || ']' AS "cast",
  '[' || coalesce(p.credits, '') || ']' AS credits
FROM crew c
FULL JOIN principals p ON p.title_id = c.title_id
