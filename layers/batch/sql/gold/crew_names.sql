-- Names of the directors and writers of each title: the first five that are known, in the file's order. No row for titles without any.
SELECT
  title_id,
  min_by(name, place, 5) FILTER (WHERE role = 'director') AS directors,
  min_by(name, place, 5) FILTER (WHERE role = 'writer') AS writers
FROM gold.crew_credits
WHERE name IS NOT NULL
GROUP BY title_id
