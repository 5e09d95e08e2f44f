-- Columns and document of the served view `unknown_titles`: what events said of titles that nobody knows yet. It counts once they are known.
SELECT
  e.title_id AS id,
  '{"dump":null,"records":' || coalesce(e.records, 'null') || ',"ratings":' || coalesce(e.ratings, 'null') || '}' AS live
FROM gold.title_events e
WHERE e.additions = 0 AND NOT EXISTS (SELECT 1 FROM gold.titles t WHERE t.title_id = e.title_id)
