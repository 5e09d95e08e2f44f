-- The best ten movies of each genre by rating, then votes, among those with at least 500 votes; adult ones are left out.
SELECT genre, rank, title_id, tconst, title, year, rating_tenths, votes
FROM (
  SELECT
    g.genre,
    CAST(row_number() OVER (PARTITION BY g.genre ORDER BY m.rating_tenths DESC, m.votes DESC, m.title_id) AS INTEGER) AS rank,
    m.title_id,
    m.tconst,
    m.title,
    m.year,
    m.rating_tenths,
    m.votes
  FROM gold.movies m
  CROSS JOIN UNNEST(m.genres) AS g(genre)
  WHERE m.votes >= 500 AND NOT m.is_adult
) ranked
WHERE rank <= 10
