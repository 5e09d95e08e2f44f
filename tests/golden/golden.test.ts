import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { ROOT } from '../planted-copy.ts';
import { buildVersion } from './built-version.ts';
import { entitiesOf, referenceChecks } from './gold-reference.ts';
import { rankingsOf } from './ranking-reference.ts';
import { silverOf } from './silver-reference.ts';
import { viewsOf } from './view-reference.ts';
import { rowDifferences } from './row-differences.ts';
import type { Row } from './rows.ts';
const KEYS: Record<string, string[]> = {
  'silver.titles': ['tconst'],
  'silver.ratings': ['tconst'],
  'silver.names': ['nconst'],
  'silver.crew': ['tconst'],
  'silver.principals': ['tconst', 'ordering'],
  'silver.akas': ['tconst', 'ordering'],
  'silver.episodes': ['tconst'],
  'silver.reference_checks': ['reference'],
  'gold.crew_credits': ['tconst', 'role', 'place'],
  'gold.credits': ['tconst', 'ordering'],
  'gold.titles': ['tconst'],
  'gold.imdb_titles': ['title_key'],
  'gold.title_names': ['tconst', 'place'],
  'gold.people': ['nconst'],
  'gold.movies': ['tconst'],
  'gold.top_movies': ['rank'],
  'gold.best_by_genre': ['genre', 'rank'],
  'gold.top_movie_credits': ['rank'],
  'gold.top_movie_titles': ['rank', 'place'],
  'gold.top_actors': ['rank'],
  'gold.genres': ['genre'],
  'gold.statistics': ['name'],
};
test.each(['imdb-500', 'imdb-heads-2025'])(
  '%s',
  async (d) => {
    const folder = join(ROOT, '../shared/data', d);
    const t0 = Date.now();
    const v = await buildVersion(folder);
    const t1 = Date.now();
    const { refused, ...s } = silverOf(folder);
    const e = entitiesOf({ ...s, refused });
    const r = rankingsOf({ ...s, refused }, e);
    const vs = viewsOf(e, r);
    const t2 = Date.now();
    console.log(
      d,
      'run',
      t1 - t0,
      'reference',
      t2 - t1,
      'refused',
      refused.length,
      await v.rows('silver.quarantine').then((q) => q.length),
    );
    const all: Record<string, readonly Row[]> = {
      ...Object.fromEntries(Object.entries(s).map(([k, x]) => ['silver.' + k, x])),
      'silver.reference_checks': referenceChecks({ ...s, refused }),
      ...Object.fromEntries(Object.entries({ ...e, ...r }).map(([k, x]) => ['gold.' + k, x])),
    };
    for (const [n, rows] of Object.entries(all)) {
      const diff = rowDifferences(n, KEYS[n]!, rows, await v.rows(n));
      console.log(n, rows.length, diff.slice(0, 6), diff.length);
    }
    for (const [n, rows] of Object.entries(vs)) {
      const key = Object.keys(rows[0]!)[0]!;
      const diff = rowDifferences('views.' + n, [key], rows, await v.view(n));
      console.log('VIEW', n, rows.length, diff.slice(0, 6), diff.length);
    }
    console.log(existsSync(folder), 'compare', Date.now() - t2);
    await v.close();
  },
  120000,
);
