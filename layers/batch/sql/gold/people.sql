-- One row per person: those of name.basics and those who are only credited. `films`: distinct movies credited as actor or actress, adult ones left out.
WITH acted AS (
  SELECT nconst, CAST(count(*) AS INTEGER) AS films
  FROM gold.person_movies
  WHERE acted
  GROUP BY nconst
),
unnamed AS (
  SELECT nconst FROM gold.credits WHERE name IS NULL
  UNION
  SELECT nconst FROM gold.crew_credits WHERE name IS NULL
),
everybody AS (
  SELECT nconst, primary_name AS name, birth_year, death_year, professions, known_for FROM silver.names
  UNION ALL
  SELECT u.nconst, NULL, NULL, NULL, NULL, NULL
  FROM unnamed u
  LEFT JOIN silver.names n ON n.nconst = u.nconst
  WHERE n.nconst IS NULL
)
SELECT e.nconst, e.name, e.birth_year, e.death_year, e.professions, e.known_for, a.films
FROM everybody e
LEFT JOIN acted a ON a.nconst = e.nconst
