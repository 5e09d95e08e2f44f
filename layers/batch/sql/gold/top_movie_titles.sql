-- The different titles of the ten top movies.
SELECT m.rank, n.title_id, n.tconst, n.place, n.title, n.region, n.language, n.types, n.is_original
FROM gold.top_movies m
JOIN gold.title_names n ON n.title_id = m.title_id
WHERE m.rank <= 10
