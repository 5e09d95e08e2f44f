-- The analytics table: 18 fields per title of any type, ready for people who know no joins, and their lists as lists. `title_key` is IMDb's id.
SELECT
  tconst AS title_key,
  substr(primary_title, 1, 200) AS primary_title,
  substr(original_title, 1, 200) AS original_title,
  title_type,
  array_join(directors, ',') AS directors,
  array_join(writers, ',') AS writers,
  CASE
    WHEN cardinality(genres) > 3 THEN genres[1] || ',' || genres[2] || ',' || genres[3]
    ELSE array_join(genres, ',')
  END AS genres,
  director_count > 0 AS "hasDirectors",
  writer_count > 0 AS "hasWriters",
  end_year IS NOT NULL AS "hasEnded",
  CAST(CASE WHEN genres IS NULL THEN 0 WHEN cardinality(genres) > 3 THEN 3 ELSE cardinality(genres) END AS INTEGER) AS "numOfGenres",
  start_year AS "releaseYear",
  end_year AS "endYear",
  CAST(rating_tenths / 10.0 AS DECIMAL(3, 1)) AS "averageRating",
  votes AS "numVotes",
  runtime_minutes AS "runtimeMinutes",
  director_count AS "numDirectors",
  writer_count AS "numWriters",
  title_id,
  tconst,
  coalesce(genres, CAST(ARRAY[] AS VARCHAR[])) AS genre_list,
  coalesce(directors, CAST(ARRAY[] AS VARCHAR[])) AS director_list,
  coalesce(writers, CAST(ARRAY[] AS VARCHAR[])) AS writer_list,
  is_adult
FROM gold.titles
