-- title.principals, typed. `characters` is a JSON array of texts in the file.
SELECT
  line_number,
  tconst,
  imdb_integer(ordering) AS ordering,
  nconst,
  category,
  imdb_text(job) AS job,
  imdb_texts(characters) AS characters,
  CASE
    WHEN NOT regexp_like(tconst, '^tt[0-9]{7,12}$') THEN 'tconst is not tt and 7 to 12 digits'
    WHEN ordering = '\N' OR NOT is_imdb_integer(ordering) THEN 'ordering is not a whole number'
    WHEN NOT regexp_like(nconst, '^nm[0-9]{7,12}$') THEN 'nconst is not nm and 7 to 12 digits'
    WHEN category IN ('\N', '') THEN 'category is missing'
    WHEN characters IN ('\N', '') OR is_plain_texts(characters) THEN NULL
    WHEN coalesce(CAST(json_structure(TRY_CAST(characters AS JSON)) AS VARCHAR), '') NOT IN ('["VARCHAR"]', '["NULL"]', '[]')
      THEN 'characters is not a JSON array of texts'
    WHEN regexp_like(characters, '(\[|,)\s*null\s*(,|\])')
      AND list_count(TRY_CAST(TRY_CAST(characters AS JSON) AS VARCHAR[])) < cardinality(TRY_CAST(TRY_CAST(characters AS JSON) AS VARCHAR[]))
      THEN 'characters is not a JSON array of texts'
  END AS fault
FROM bronze.title_principals
