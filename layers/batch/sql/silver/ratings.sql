-- title.ratings, typed. Ratings are kept in tenths, as integers.
SELECT
  line_number,
  tconst,
  CASE
    WHEN regexp_like(averageRating, '^([1-9](\.[0-9])?|10(\.0)?)$') THEN CAST(round(CAST(averageRating AS DOUBLE) * 10) AS SMALLINT)
  END AS rating_tenths,
  imdb_integer(numVotes) AS votes,
  CASE
    WHEN NOT regexp_like(tconst, '^tt[0-9]{7,12}$') THEN 'tconst is not tt and 7 to 12 digits'
    WHEN NOT regexp_like(averageRating, '^([1-9](\.[0-9])?|10(\.0)?)$') THEN 'averageRating is not between 1.0 and 10.0 in tenths'
    WHEN numVotes = '\N' OR NOT is_imdb_integer(numVotes) THEN 'numVotes is not a whole number'
  END AS fault
FROM bronze.title_ratings
