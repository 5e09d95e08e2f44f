-- The different titles of each title, in order, as a text that answers are written from.
SELECT
  tconst,
  -- As in credits.sql.
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
