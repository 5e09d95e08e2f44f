-- Figures over all rows of title.ratings, whether their title is known or not.
SELECT 'rated_titles' AS name, CAST(count(*) AS BIGINT) AS value FROM silver.ratings
UNION ALL
SELECT 'total_votes', CAST(coalesce(sum(votes), 0) AS BIGINT) FROM silver.ratings
