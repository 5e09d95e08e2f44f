-- Every genre that any title has, with its number of movies.
SELECT g.genre, CAST(count(*) FILTER (WHERE t.title_type = 'movie') AS INTEGER) AS movies
FROM gold.titles t
CROSS JOIN UNNEST(t.genres) AS g(genre)
GROUP BY g.genre
