import type { TableRecord } from '@rushes/ports/manifest';
import { describe, expect, test } from 'vitest';
import { checkExpectations, type Measured, refuses } from './expectations.ts';

const table = (name: string, rows: number): TableRecord => ({ name, derivation: 'd', columns: [], rows, files: [] });
const dump = (dataset: string, lines: number) => ({ dataset, present: true, lines });

const sound: Measured = {
  tables: [table('silver.titles', 1000), table('silver.ratings', 500), table('gold.titles', 1000), table('gold.imdb_titles', 1000)],
  dumps: [dump('title.basics', 1001), dump('title.ratings', 501)],
  views: [{ name: 'titles', artefact: 'a', rows: 1000, built: 'whole' }],
  figures: { 'references.ratings.tconst.total': 500, 'references.ratings.tconst.dangling': 1 },
  parent: undefined,
};

const faults = (measured: Measured): string[] =>
  checkExpectations(measured)
    .filter((one) => !one.passed)
    .map((one) => `${one.severity}: ${one.table}: ${one.name}`);

describe('expectations', () => {
  test('a sound version passes all', () => {
    expect(faults(sound)).toEqual([]);
    expect(refuses(checkExpectations(sound))).toBe(false);
  });

  test.each<[string, Partial<Measured>, string]>([
    ['no titles', { tables: [], views: [] }, 'error: silver.titles: there are titles'],
    [
      'a table that lost more than a tenth',
      { parent: { tables: [table('silver.ratings', 600)], dumps: [] } },
      'error: silver.ratings: tables do not shrink',
    ],
    [
      'a data set that was there before',
      { dumps: [{ dataset: 'title.akas', present: false }], parent: { tables: [], dumps: [dump('title.akas', 2)] } },
      'error: title.akas: no data set disappears',
    ],
    ['too many lines in quarantine', { figures: { 'quarantine.title.basics': 51 } }, 'error: title.basics: few lines are in quarantine'],
    [
      'a title that gold lost',
      { tables: [table('silver.titles', 1000), table('gold.titles', 999), table('gold.imdb_titles', 1000)] },
      'error: gold.titles: one row per title',
    ],
    [
      'a title that the served view lost',
      { views: [{ name: 'titles', artefact: 'a', rows: 999, built: 'whole' }] },
      'error: views.titles: one row per title',
    ],
    ['two titles with one id', { figures: { 'titles.repeated_ids': 1 } }, 'error: gold.titles: title ids are unique'],
    [
      'dangling references',
      { figures: { 'references.crew.writers.total': 10, 'references.crew.writers.dangling': 9 } },
      'warning: silver.crew.writers: references lead somewhere',
    ],
  ])('%s', (_name, change, fault) => {
    const measured = { ...sound, ...change };
    expect(faults(measured)).toContain(fault);
    expect(refuses(checkExpectations(measured))).toBe(fault.startsWith('error'));
  });

  test('a tenth fewer rows is still published, and so is growth', () => {
    expect(faults({ ...sound, parent: { tables: [table('silver.ratings', 555), table('silver.titles', 3)], dumps: [] } })).toEqual([]);
  });

  test('in a very small file one bad line is only a warning', () => {
    expect(faults({ ...sound, dumps: [dump('title.basics', 11)], figures: { 'quarantine.title.basics': 1 } })).toEqual([
      'warning: title.basics: few lines are in quarantine',
    ]);
  });
});
