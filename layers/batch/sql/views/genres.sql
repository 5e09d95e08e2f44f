-- Columns and document of the served view `genres`: every genre that any title has, with its number of movies.
WITH counted AS (
  SELECT
    g.genre,
    CAST(count(*) FILTER (WHERE t.type = 'movie') AS INTEGER) AS movies,
    CAST(count(*) AS INTEGER) AS titles
  FROM views.titles t
  CROSS JOIN UNNEST(split(t.genres, chr(31))) AS g(genre)
  WHERE t.genres <> ''
  GROUP BY g.genre
)
SELECT genre, movies, titles, CAST(to_json({'genre': genre, 'movies': movies}) AS VARCHAR) AS entry FROM counted
