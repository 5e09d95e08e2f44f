-- Columns and document of the served view `statistics`.
SELECT name, value, CAST(to_json({'name': name, 'value': value}) AS VARCHAR) AS statistic FROM gold.statistics
