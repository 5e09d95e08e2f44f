import type { BatchEngine } from '@rushes/ports/batch-engine';
import type { TableRecord } from '@rushes/ports/manifest';

/** Figures of a version by name, for its expectations and for people: counted in the engine, once a run. */
export const measure = async (engine: BatchEngine, tables: readonly TableRecord[]): Promise<Readonly<Record<string, number>>> => {
  const figures: Record<string, number> = {};
  for (const row of await engine.rows('SELECT reference, total, dangling FROM silver.reference_checks ORDER BY reference')) {
    figures[`references.${String(row['reference'])}.total`] = Number(row['total']);
    figures[`references.${String(row['reference'])}.dangling`] = Number(row['dangling']);
  }
  const [titles] = await engine.rows(
    'SELECT count(*) - count(DISTINCT title_id) AS repeated_ids, count_if(primary_title IS NULL) AS untitled, ' +
      'count_if(start_year NOT BETWEEN 1800 AND 2200) AS year_out_of_range FROM silver.titles',
  );
  for (const [name, value] of Object.entries(titles ?? {})) figures[`titles.${name}`] = Number(value);
  const [added] = await engine.rows(
    'SELECT count(*) AS by_events FROM keyed.movie_records m LEFT JOIN silver.titles t ON t.title_id = m.movie_id ' +
      'WHERE m.additions > 0 AND t.title_id IS NULL',
  );
  figures['titles.by_events'] = Number(added?.['by_events']);
  const [ratings] = await engine.rows(
    'SELECT count_if(rating_tenths IS NULL OR rating_tenths NOT BETWEEN 10 AND 100) AS out_of_range FROM silver.ratings',
  );
  figures['ratings.out_of_range'] = Number(ratings?.['out_of_range']);
  const quarantine = tables.find((table) => table.name === 'silver.quarantine');
  for (const file of quarantine?.files ?? []) figures[`quarantine.${(file.partition ?? '').replace('dataset=', '')}`] = file.rows;
  return figures;
};
