-- Who is credited in which title, in IMDb's order. `name` is null for people missing from name.basics.
SELECT t.title_id, p.tconst, t.title_type, t.is_adult, p.ordering, p.nconst, n.primary_name AS name, p.category, p.job, p.characters
FROM silver.principals p
JOIN silver.titles t ON t.tconst = p.tconst
LEFT JOIN silver.names n ON n.nconst = p.nconst
