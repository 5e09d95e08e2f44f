-- title.akas, typed. Members of `types` and `attributes` are separated by U+0002 in the file.
SELECT
  line_number,
  titleId AS tconst,
  imdb_integer(ordering) AS ordering,
  imdb_text(title) AS title,
  imdb_text(region) AS region,
  imdb_text(language) AS language,
  imdb_list(types, chr(2)) AS types,
  imdb_list(attributes, chr(2)) AS attributes,
  isOriginalTitle = '1' AS is_original,
  CASE
    WHEN NOT regexp_like(titleId, '^tt[0-9]{7,12}$') THEN 'titleId is not tt and 7 to 12 digits'
    WHEN ordering = '\N' OR NOT is_imdb_integer(ordering) OR imdb_integer(ordering) = 0 THEN 'ordering is not a whole number from 1'
    WHEN imdb_text(title) IS NULL THEN 'title is missing'
    WHEN isOriginalTitle NOT IN ('0', '1', '\N') THEN 'isOriginalTitle is neither 0 nor 1'
  END AS fault
FROM bronze.title_akas
