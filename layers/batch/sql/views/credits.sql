-- Documents of the served view `credits`: rows joined by U+001D, their fields by U+001C, texts as JSON texts, nothing for null.
WITH crew AS (
  SELECT
    tconst,
    string_agg(
      concat_ws(chr(28), CASE role WHEN 'director' THEN 'd' ELSE 'w' END, nconst, coalesce(json_text(name), '')), chr(29) ORDER BY role, place
    ) AS crew
  FROM gold.crew_credits
  GROUP BY tconst
),
principals AS (
  SELECT
    tconst,
    string_agg(
      concat_ws(
        chr(28),
        ordering,
        nconst,
        coalesce(json_text(name), ''),
        json_text(category),
        coalesce(json_text(job), ''),
        coalesce(json_text(characters), '')
      ),
      chr(29) ORDER BY ordering
    ) AS credits
  FROM gold.credits
  GROUP BY tconst
)
SELECT coalesce(c.tconst, p.tconst) AS tconst, c.crew, p.credits
FROM crew c
FULL JOIN principals p ON p.tconst = c.tconst
