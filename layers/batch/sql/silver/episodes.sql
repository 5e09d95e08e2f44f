-- title.episode, typed.
SELECT
  line_number,
  tconst,
  parentTconst AS parent_tconst,
  imdb_integer(seasonNumber) AS season_number,
  imdb_integer(episodeNumber) AS episode_number,
  CASE
    WHEN NOT regexp_like(tconst, '^tt[0-9]{7,12}$') THEN 'tconst is not tt and 7 to 12 digits'
    WHEN NOT regexp_like(parentTconst, '^tt[0-9]{7,12}$') THEN 'parentTconst is not tt and 7 to 12 digits'
    WHEN NOT is_imdb_integer(seasonNumber) THEN 'seasonNumber is not a whole number'
    WHEN NOT is_imdb_integer(episodeNumber) THEN 'episodeNumber is not a whole number'
  END AS fault
FROM bronze.title_episode
