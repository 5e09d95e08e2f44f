-- Actors and actresses by number of movies, the first thousand.
SELECT rank, nconst, name, films
FROM (
  SELECT CAST(row_number() OVER (ORDER BY films DESC, nconst) AS INTEGER) AS rank, nconst, name, films
  FROM gold.people
  WHERE films IS NOT NULL
) ranked
WHERE rank <= 1000
