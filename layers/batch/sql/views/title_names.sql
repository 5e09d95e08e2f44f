-- Document of the served view `title_names`.
SELECT
  title_id AS id,
  CAST(to_json(array_agg({'title': title, 'region': region, 'language': language, 'types': coalesce(types, []), 'is_original': is_original} ORDER BY place)) AS VARCHAR) AS titles
FROM gold.title_names
GROUP BY title_id
