/** `/catalog` says what the manifest says, in the API's own words; a manifest that cannot be read is our fault, told and survived. */
import { expect, test } from 'vitest';

import { MANIFEST } from './manifest.ts';
import { objectStore, recordingLogger, startService } from './service.ts';

test('shows tables, views, files and checks of the published version', async () => {
  const { app } = await startService();
  const response = await app.inject('/catalog');
  expect(response.statusCode).toBe(200);
  expect(response.json()).toMatchObject({ meta: { batch: { version: 1 } } });
  expect(response.json<{ data: unknown }>().data).toEqual({
    version: 1,
    tables: [
      {
        name: 'bronze.title_basics',
        layer: 'bronze',
        meaning: 'As it was read.',
        columns: [{ name: 'tconst', type: 'VARCHAR' }],
        rows: 8,
        bytes: 800,
        files: 1,
        partitions: [],
        freshness: '2026-02-01T08:00:00.000Z',
        lineage: ['title.basics.tsv.gz'],
        retention: 'for ever',
      },
      {
        name: 'bronze.title_akas',
        layer: 'bronze',
        meaning: 'As it was read. Not in the folder: empty.',
        columns: [{ name: 'titleId', type: 'VARCHAR' }],
        rows: 0,
        bytes: 0,
        files: 0,
        partitions: [],
        freshness: '2026-03-01T10:00:00.000Z',
        lineage: [],
        retention: 'for ever',
      },
      {
        name: 'silver.titles',
        layer: 'silver',
        meaning: 'Typed.',
        columns: [
          { name: 'tconst', type: 'VARCHAR' },
          { name: 'start_year', type: 'INTEGER' },
        ],
        rows: 8,
        bytes: 700,
        files: 3,
        partitions: [
          { name: 'start_year=1990s', rows: 2, bytes: 200, files: 1 },
          { name: 'start_year=2000s', rows: 6, bytes: 500, files: 2 },
        ],
        freshness: '2026-03-01T10:00:00.000Z',
        lineage: ['bronze.title_basics'],
        retention: 'as long as a kept version names it',
      },
    ],
    views: [
      {
        name: 'genres',
        artefact: 'genres-1',
        rows: 4,
        key: 'genre',
        columns: [
          { name: 'movies', type: 'integer' },
          { name: 'titles', type: 'integer' },
          { name: 'adult_movies', type: 'integer' },
          { name: 'adult_titles', type: 'integer' },
        ],
        documents: [],
        built: 'whole',
        meaning: 'Genres.',
        lineage: ['gold.titles'],
      },
    ],
    dumps: [
      {
        dataset: 'title.basics',
        present: true,
        source_file: 'title.basics.tsv.gz',
        sha256: 'ab'.repeat(32),
        load_id: 'ab'.repeat(8),
        loaded_at: '2026-02-01T08:00:00.000Z',
        observed_at: '2026-01-31T05:00:00.000Z',
        lines: 10,
        rows: 8,
        rejected_lines: 1,
      },
      {
        dataset: 'title.akas',
        present: false,
        source_file: null,
        sha256: null,
        load_id: null,
        loaded_at: null,
        observed_at: null,
        lines: null,
        rows: null,
        rejected_lines: null,
      },
    ],
    validation: MANIFEST.validation,
    figures: { 'quarantine.title.basics': 1 },
  });
  await app.close();
});

test.each([
  ['that is gone', null, 'is gone'],
  ['that is no JSON', '{"version":', 'is not JSON'],
  ['that is no object', '[]', 'is not of the expected form'],
  ['without tables', JSON.stringify({ ...MANIFEST, tables: undefined }), 'is not of the expected form'],
  ['with texts for numbers', JSON.stringify({ ...MANIFEST, figures: { a: 'many' } }), '/figures/a'],
])('a manifest %s is a 500 with a line in the log, and the rest goes on', async (_, manifest, message) => {
  const lines: Record<string, unknown>[] = [];
  const { app } = await startService({ objects: objectStore(manifest), logger: recordingLogger(lines) });
  const response = await app.inject('/catalog');
  expect(response.statusCode).toBe(500);
  expect(response.headers['content-type']).toContain('application/problem+json');
  expect(response.body).not.toContain('manifest');
  expect(JSON.stringify(lines)).toContain(message);
  expect((await app.inject('/movies')).statusCode).toBe(200);
  await app.close();
});
