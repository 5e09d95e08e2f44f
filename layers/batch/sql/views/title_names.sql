-- Document of the served view `title_names`, joined from one JSON text a title.
SELECT id, '[' || string_agg(title, ',' ORDER BY place) || ']' AS titles
FROM (
  SELECT
    title_id AS id,
    place,
    CAST(to_json({
      'title': title,
      'region': region,
      'language': language,
      'types': coalesce(types, []),
      'is_original': is_original
    }) AS VARCHAR) AS title
  FROM gold.title_names
) names
GROUP BY id
