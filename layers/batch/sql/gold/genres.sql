-- Every genre that any title has, with its number of movies; adult ones are not counted.
SELECT g.genre, CAST(count(*) FILTER (WHERE t.title_type = 'movie' AND NOT t.is_adult) AS INTEGER) AS movies
FROM gold.titles t
CROSS JOIN UNNEST(t.genres) AS g(genre)
GROUP BY g.genre
