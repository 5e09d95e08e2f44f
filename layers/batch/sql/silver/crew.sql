-- title.crew, typed: directors and writers in the file's order.
SELECT
  line_number,
  tconst,
  imdb_list(directors, ',') AS directors,
  imdb_list(writers, ',') AS writers,
  CASE
    WHEN NOT regexp_like(tconst, '^tt[0-9]{7,12}$') THEN 'tconst is not tt and 7 to 12 digits'
    WHEN directors NOT IN ('\N', '') AND NOT regexp_like(directors, '^nm[0-9]{7,12}(,nm[0-9]{7,12})*$') THEN 'directors is not a list of person ids'
    WHEN writers NOT IN ('\N', '') AND NOT regexp_like(writers, '^nm[0-9]{7,12}(,nm[0-9]{7,12})*$') THEN 'writers is not a list of person ids'
  END AS fault
FROM bronze.title_crew
