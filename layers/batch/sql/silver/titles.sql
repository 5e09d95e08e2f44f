-- title.basics, typed: one row per title of any type.
SELECT
  line_number,
  tconst,
  title_id(tconst) AS title_id,
  titleType AS title_type,
  imdb_text(primaryTitle) AS primary_title,
  imdb_text(originalTitle) AS original_title,
  isAdult = '1' AS is_adult,
  imdb_integer(startYear) AS start_year,
  imdb_integer(endYear) AS end_year,
  imdb_integer(runtimeMinutes) AS runtime_minutes,
  imdb_list(genres, ',') AS genres,
  concat_ws(
    ',',
    CASE WHEN imdb_text(primaryTitle) IS NULL THEN 'no_title' END,
    CASE WHEN isAdult = '1' THEN 'adult' END,
    CASE WHEN startYear = '\N' THEN 'no_start_year' END,
    CASE WHEN imdb_integer(endYear) < imdb_integer(startYear) THEN 'ends_before_start' END,
    CASE WHEN imdb_integer(runtimeMinutes) = 0 THEN 'zero_runtime' END,
    CASE WHEN genres = '\N' THEN 'no_genres' END
  ) AS quality_flags,
  -- What is wrong with a line; null: nothing.
  CASE
    WHEN NOT regexp_like(tconst, '^tt[0-9]{7,12}$') THEN 'tconst is not tt and 7 to 12 digits'
    WHEN titleType IN ('\N', '') THEN 'titleType is missing'
    WHEN isAdult NOT IN ('0', '1') THEN 'isAdult is neither 0 nor 1'
    WHEN NOT is_imdb_integer(startYear) THEN 'startYear is not a whole number'
    WHEN imdb_integer(startYear) NOT BETWEEN 1800 AND 2200 THEN 'startYear is not between 1800 and 2200'
    WHEN NOT is_imdb_integer(endYear) THEN 'endYear is not a whole number'
    WHEN imdb_integer(endYear) NOT BETWEEN 1800 AND 2200 THEN 'endYear is not between 1800 and 2200'
    WHEN NOT is_imdb_integer(runtimeMinutes) THEN 'runtimeMinutes is not a whole number'
    WHEN genres = '' OR regexp_like(genres, '(^,|,,|,$)') THEN 'genres has an empty member'
    WHEN NOT contains(genres, ',') THEN NULL
    WHEN cardinality(list_distinct(string_split(genres, ','))) < cardinality(string_split(genres, ',')) THEN 'genres names one twice'
  END AS fault
FROM bronze.title_basics
