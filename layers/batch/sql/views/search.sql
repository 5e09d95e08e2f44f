-- What titles are found by; the rows of the served view `search` are made of this. `searched-titles.ts` of the views says which names count, and as what.
SELECT
  t.id,
  t.type,
  t.is_adult,
  t.title,
  t.original_title,
  t."year",
  t.rating,
  t.votes,
  t.genres,
  array_join(n.regional_titles, chr(31)) AS regional_titles,
  array_join(n.directors, chr(31)) AS directors,
  array_join(n.actors, chr(31)) AS actors
FROM views.titles t
LEFT JOIN gold.search_names n ON n.title_id = t.id
