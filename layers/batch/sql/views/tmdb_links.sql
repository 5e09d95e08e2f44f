-- Columns of the served view `tmdb_links`: the titles that are known and have an id of TMDB's.
SELECT
  e.title_id AS id,
  e.tmdb_id
FROM gold.title_events e
LEFT JOIN gold.titles t ON t.title_id = e.title_id
WHERE e.tmdb_id IS NOT NULL AND (e.additions > 0 OR t.title_id IS NOT NULL)
