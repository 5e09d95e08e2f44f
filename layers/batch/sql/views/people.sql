-- Columns and documents of the served view `people`.
WITH movies AS (
  SELECT nconst, '["' || string_agg(title_id, '","' ORDER BY title_id) || '"]' AS movies
  FROM gold.person_movies
  GROUP BY nconst
)
SELECT
  p.nconst,
  p.films,
  CAST(to_json({
    'nconst': p.nconst,
    'name': p.name,
    'birth_year': p.birth_year,
    'death_year': p.death_year,
    'professions': coalesce(p.professions, []),
    'known_for': coalesce(p.known_for, []),
    'films': coalesce(p.films, 0)
  }) AS VARCHAR) AS person,
  coalesce(m.movies, '[]') AS movies
FROM gold.people p
LEFT JOIN movies m ON m.nconst = p.nconst
