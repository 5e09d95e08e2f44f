/** A manifest as the batch layer writes it, with the parts that the catalog does not show. */
export const MANIFEST = {
  format: 1,
  version: 1,
  parent: null,
  parentPublication: 0,
  cut: {},
  cutAt: '2026-03-01T10:00:00.000Z',
  createdAt: '2026-03-01T10:00:20.000Z',
  engine: 'duckdb',
  dumps: [
    {
      dataset: 'title.basics',
      present: true,
      sourceFile: 'title.basics.tsv.gz',
      sha256: 'ab'.repeat(32),
      loadId: 'ab'.repeat(8),
      loadedAt: '2026-02-01T08:00:00.000Z',
      observedAt: '2026-01-31T05:00:00.000Z',
      lines: 10,
      rows: 8,
      rejectedLines: 1,
    },
    { dataset: 'title.akas', present: false },
  ],
  tables: [
    {
      name: 'bronze.title_basics',
      derivation: 'd1',
      columns: [{ name: 'tconst', type: 'VARCHAR' }],
      rows: 8,
      files: [{ key: 'bronze/title.basics/1.parquet', sha256: 'c1', rows: 8, bytes: 800 }],
    },
    { name: 'bronze.title_akas', derivation: 'd2', columns: [{ name: 'titleId', type: 'VARCHAR' }], rows: 0, files: [] },
    {
      name: 'silver.titles',
      derivation: 'd3',
      columns: [
        { name: 'tconst', type: 'VARCHAR' },
        { name: 'start_year', type: 'INTEGER' },
      ],
      rows: 8,
      files: [
        { key: 'silver/titles/1.parquet', sha256: 'c2', rows: 2, bytes: 200, partition: 'start_year=1990s' },
        { key: 'silver/titles/2.parquet', sha256: 'c3', rows: 5, bytes: 450, partition: 'start_year=2000s' },
        { key: 'silver/titles/3.parquet', sha256: 'c4', rows: 1, bytes: 50, partition: 'start_year=2000s' },
      ],
    },
  ],
  derivations: ['d1', 'd2', 'd3'],
  catalog: [
    { table: 'bronze.title_basics', meaning: 'As it was read.', reads: ['title.basics.tsv.gz'], retention: 'for ever' },
    { table: 'bronze.title_akas', meaning: 'As it was read. Not in the folder: empty.', reads: [], retention: 'for ever' },
    { table: 'silver.titles', meaning: 'Typed.', reads: ['bronze.title_basics'], retention: 'as long as a kept version names it' },
    { table: 'views.genres', meaning: 'Genres.', reads: ['gold.titles'], retention: 'as long as a kept version names it' },
  ],
  views: [
    { name: 'genres', artefact: 'genres-1', rows: 4, built: 'whole' },
    { name: 'of_another_time', artefact: 'of_another_time-1', rows: 1, built: 'shared' },
  ],
  validation: [
    {
      name: 'there are titles',
      table: 'silver.titles',
      severity: 'error',
      passed: true,
      observed: '8 rows',
      expected: 'at least 1 row',
    },
  ],
  figures: { 'quarantine.title.basics': 1 },
  steps: [{ name: 'silver.titles', startedAt: '2026-03-01T10:00:01.000Z', durationMs: 12, rows: 8 }],
};
