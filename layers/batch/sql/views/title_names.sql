-- Document of the served view `title_names`: rows joined by U+001D, their fields by U+001C, texts as JSON texts, nothing for null. Rows begin with their place,
-- so that sorting them as texts brings them into order.
SELECT
  tconst,
  array_join(
    list_sort(
      list(
        concat_ws(
          chr(28),
          sortable(place),
          json_text(title),
          coalesce(json_text(region), ''),
          coalesce(json_text(language), ''),
          coalesce(json_text(types), ''),
          CASE WHEN is_original THEN '1' ELSE '' END
        )
      )
    ),
    chr(29)
  ) AS titles
FROM gold.title_names
GROUP BY tconst
