-- The different titles of each title: primary (place 0), original (place 1), then the regional ones in IMDb's order.
-- IMDb's own row for the original title is left out where it says the same.
SELECT title_id, tconst, 0 AS place, primary_title AS title, CAST(NULL AS VARCHAR) AS region, CAST(NULL AS VARCHAR) AS language,
  ARRAY['primary'] AS types, CAST(NULL AS VARCHAR[]) AS attributes, false AS is_original
FROM silver.titles
WHERE primary_title IS NOT NULL
UNION ALL
SELECT title_id, tconst, 1, original_title, NULL, NULL, ARRAY['original'], NULL, true
FROM silver.titles
WHERE original_title IS NOT NULL
UNION ALL
SELECT t.title_id, a.tconst, a.ordering + 1, a.title, a.region, a.language, a.types, a.attributes, a.is_original
FROM silver.akas a
JOIN silver.titles t ON t.tconst = a.tconst
WHERE NOT (a.is_original AND a.title = t.original_title AND t.original_title IS NOT NULL)
