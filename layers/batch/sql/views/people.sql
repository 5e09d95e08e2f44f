-- Every person: number of films, what is shown of them as a text that answers are written from, and the movies that credit them.
WITH movies AS (
  SELECT nconst, array_join(list_sort(list(title_id)), ',') AS movies
  FROM gold.person_movies
  GROUP BY nconst
)
SELECT
  p.nconst,
  p.films,
  -- Fields are joined by U+001C, texts as JSON texts, nothing for null.
  concat_ws(
    chr(28),
    coalesce(json_text(p.name), ''),
    coalesce(CAST(p.birth_year AS VARCHAR), ''),
    coalesce(CAST(p.death_year AS VARCHAR), ''),
    coalesce(json_text(p.professions), ''),
    coalesce(json_text(p.known_for), '')
  ) AS person,
  m.movies
FROM gold.people p
LEFT JOIN movies m ON m.nconst = p.nconst
