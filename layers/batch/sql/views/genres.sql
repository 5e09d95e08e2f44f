-- Columns of the served view `genres`: every genre that any title has, with its number of movies and of titles of any type; adult ones apart.
WITH counted AS (
  SELECT
    g.genre,
    CAST(count(*) FILTER (WHERE t.type = 'movie' AND NOT t.is_adult) AS INTEGER) AS movies,
    CAST(count(*) FILTER (WHERE NOT t.is_adult) AS INTEGER) AS titles,
    CAST(count(*) FILTER (WHERE t.type = 'movie' AND t.is_adult) AS INTEGER) AS adult_movies,
    CAST(count(*) FILTER (WHERE t.is_adult) AS INTEGER) AS adult_titles
  FROM views.titles t
  CROSS JOIN UNNEST(split(t.genres, chr(31))) AS g(genre)
  WHERE t.genres <> ''
  GROUP BY g.genre
)
SELECT genre, movies, titles, adult_movies, adult_titles FROM counted
