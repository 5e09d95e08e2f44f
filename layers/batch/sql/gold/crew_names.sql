-- Names of the directors and writers of each title: the first five that are known, in the file's order. No row for titles without any.
SELECT
  title_id,
  array_agg(name ORDER BY place) FILTER (WHERE role = 'director') AS directors,
  array_agg(name ORDER BY place) FILTER (WHERE role = 'writer') AS writers
FROM (
  SELECT title_id, role, name, row_number() OVER (PARTITION BY title_id, role ORDER BY place) AS place
  FROM gold.crew_credits
  WHERE name IS NOT NULL
) named
WHERE place <= 5
GROUP BY title_id
