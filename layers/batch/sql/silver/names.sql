-- name.basics, typed. A death before the birth is flagged, not refused: years before Christ are written without a sign.
SELECT
  line_number,
  nconst,
  imdb_text(primaryName) AS primary_name,
  imdb_integer(birthYear) AS birth_year,
  imdb_integer(deathYear) AS death_year,
  imdb_list(primaryProfession, ',') AS professions,
  imdb_list(knownForTitles, ',') AS known_for,
  concat_ws(
    ',',
    CASE WHEN imdb_text(primaryName) IS NULL THEN 'no_name' END,
    CASE WHEN imdb_integer(deathYear) < imdb_integer(birthYear) THEN 'dies_before_birth' END
  ) AS quality_flags,
  CASE
    WHEN NOT regexp_like(nconst, '^nm[0-9]{7,12}$') THEN 'nconst is not nm and 7 to 12 digits'
    WHEN NOT is_imdb_integer(birthYear) THEN 'birthYear is not a whole number'
    WHEN NOT is_imdb_integer(deathYear) THEN 'deathYear is not a whole number'
    WHEN knownForTitles NOT IN ('\N', '') AND NOT regexp_like(knownForTitles, '^tt[0-9]{7,12}(,tt[0-9]{7,12})*$') THEN 'knownForTitles is not a list of title ids'
  END AS fault
FROM bronze.name_basics
