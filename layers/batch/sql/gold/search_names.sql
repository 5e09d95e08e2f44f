-- Names by which a title is found beside its own two: regional titles, directors, actors and actresses, each in the source's order. No row for titles without any.
WITH regional AS (
  SELECT title_id, title AS name, min(place) AS place
  FROM gold.title_names
  WHERE place >= 2
  GROUP BY title_id, title
),
named AS (
  SELECT title_id, 'regional' AS kind, place, name FROM regional
  UNION ALL
  SELECT title_id, 'director', place, name FROM gold.crew_credits WHERE role = 'director' AND name IS NOT NULL
  UNION ALL
  SELECT title_id, 'actor', ordering, name FROM gold.credits WHERE category IN ('actor', 'actress') AND name IS NOT NULL
)
SELECT
  title_id,
  list(name ORDER BY place) FILTER (WHERE kind = 'regional') AS regional_titles,
  list(name ORDER BY place) FILTER (WHERE kind = 'director') AS directors,
  list(name ORDER BY place) FILTER (WHERE kind = 'actor') AS actors
FROM named
GROUP BY title_id
