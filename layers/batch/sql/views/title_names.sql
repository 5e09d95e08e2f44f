-- Document of the served view `title_names`: rows joined by U+001D, their fields by U+001C, texts as JSON texts, nothing for null.
SELECT
  tconst,
  string_agg(
    concat_ws(
      chr(28),
      json_text(title),
      coalesce(json_text(region), ''),
      coalesce(json_text(language), ''),
      coalesce(json_text(types), ''),
      CASE WHEN is_original THEN '1' ELSE '' END
    ),
    chr(29) ORDER BY place
  ) AS titles
FROM gold.title_names
GROUP BY tconst
