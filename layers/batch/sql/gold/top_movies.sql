-- Movies with at least 500 votes by (votes / average number of votes) × rating, adult ones left out. The order needs no average: it is that of votes × rating.
WITH average AS (
  SELECT
    max(CASE WHEN name = 'rated_titles' THEN value END) AS rated_titles,
    max(CASE WHEN name = 'total_votes' THEN value END) AS total_votes
  FROM gold.statistics
)
SELECT
  CAST(row_number() OVER (ORDER BY m.weight DESC, m.title_id) AS INTEGER) AS rank,
  m.title_id,
  m.tconst,
  m.title,
  m.year,
  m.genres,
  m.rating_tenths,
  m.votes,
  divide_half_up(CAST(m.weight AS HUGEINT) * a.rated_titles * 1000, CAST(a.total_votes AS HUGEINT) * 10) AS score_thousandths
FROM gold.movies m
CROSS JOIN average a
WHERE m.votes >= 500 AND NOT m.is_adult
