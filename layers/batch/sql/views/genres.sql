-- Columns and document of the served view `genres`.
SELECT genre, movies, CAST(to_json({'genre': genre, 'movies': movies}) AS VARCHAR) AS entry FROM gold.genres
