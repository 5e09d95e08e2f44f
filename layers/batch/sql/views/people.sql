-- Columns and documents of the served view `people`: the fields of a document are joined by U+001C, texts as JSON texts, nothing for null.
WITH movies AS (
  SELECT nconst, array_join(list_sort(list(title_id)), ',') AS movies
  FROM gold.person_movies
  GROUP BY nconst
)
SELECT
  p.nconst,
  p.films,
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
