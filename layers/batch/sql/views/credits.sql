-- Who is credited in each title: directors and writers, and all principals in order, as texts that answers are written from.
WITH crew AS (
  -- Rows are joined by U+001D, their fields by U+001C, texts as JSON texts, nothing for null. Rows begin with their place, so that sorting them as texts
  -- brings them into order: that takes half of what an ordered aggregate takes.
  SELECT
    tconst,
    array_join(
      list_sort(
        list(concat_ws(chr(28), CASE role WHEN 'director' THEN 'd' ELSE 'w' END || sortable(place), nconst, coalesce(json_text(name), '')))
      ),
      chr(29)
    ) AS crew
  FROM gold.crew_credits
  GROUP BY tconst
),
principals AS (
  SELECT
    tconst,
    array_join(
      list_sort(
        list(
          concat_ws(
            chr(28),
            sortable(ordering),
            nconst,
            coalesce(json_text(name), ''),
            json_text(category),
            coalesce(json_text(job), ''),
            coalesce(json_text(characters), '')
          )
        )
      ),
      chr(29)
    ) AS credits
  FROM gold.credits
  GROUP BY tconst
)
SELECT coalesce(c.tconst, p.tconst) AS tconst, c.crew, p.credits
FROM crew c
FULL JOIN principals p ON p.tconst = c.tconst
