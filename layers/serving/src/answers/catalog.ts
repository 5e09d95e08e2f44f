/** The data catalog: what there is, what it means, where it comes from. Made from a manifest and the declared views. Pure. */
import { VIEWS } from '@rushes/views';
import { Type, type Static } from 'typebox';

import { integerOrNull, textOrNull } from './entities.ts';
import type { ShownManifest } from './manifest.ts';

const Column = Type.Object({ name: Type.String(), type: Type.String() });

const Partition = Type.Object({
  name: Type.String({ description: 'What its rows have in common: `start_year=2010s`.' }),
  rows: Type.Integer(),
  bytes: Type.Integer(),
  files: Type.Integer(),
});

const CatalogTable = Type.Object({
  name: Type.String({ description: '`<layer>.<table>`' }),
  layer: Type.String({
    description: '`bronze` (as read), `silver` (typed), `keyed` (events folded) or `gold` (joined and ranked).',
  }),
  meaning: Type.String(),
  columns: Type.Array(Column, { description: "Names and DuckDB's types." }),
  rows: Type.Integer(),
  bytes: Type.Integer({ description: 'Of its Parquet files together.' }),
  files: Type.Integer({ description: 'Number of its Parquet files.' }),
  partitions: Type.Array(Partition, { description: 'Empty if its files are not told apart.' }),
  freshness: Type.String({
    format: 'date-time',
    description: 'Bronze: when the file was loaded (a file that did not change is not loaded again). Others: the cut of the version.',
  }),
  lineage: Type.Array(Type.String(), { description: 'The tables that it is made from; of bronze the file.' }),
  retention: Type.String(),
});

const CatalogView = Type.Object({
  name: Type.String(),
  artefact: Type.String({ description: 'Name in the batch-view store; equal names, equal rows.' }),
  rows: Type.Integer(),
  key: Type.String({ description: 'The column that identifies a row.' }),
  columns: Type.Array(Column, { description: 'What lists filter and sort by, the key left out.' }),
  documents: Type.Array(Type.String(), { description: 'Names of the texts that answers are written from.' }),
  built: Type.String({
    description: '`whole`, `changed rows` (a copy of the version before, changed) or `shared` with an earlier version.',
  }),
  meaning: Type.String(),
  lineage: Type.Array(Type.String(), { description: 'The tables that its rows are computed from.' }),
});

const CatalogDump = Type.Object({
  dataset: Type.String(),
  present: Type.Boolean({ description: 'If not, it counts as empty and the rest is null.' }),
  source_file: textOrNull('Name of the file.'),
  sha256: textOrNull("Of the file's bytes, in hex."),
  load_id: textOrNull('In the column `load_id` of its bronze table.'),
  loaded_at: textOrNull('ISO 8601.'),
  observed_at: textOrNull('When its content was so, ISO 8601.'),
  lines: integerOrNull('Lines of the file, the header included.'),
  rows: integerOrNull('Rows in bronze.'),
  rejected_lines: integerOrNull("Lines that have not the file's form; they are in `silver.quarantine`."),
});

const CatalogExpectation = Type.Object({
  name: Type.String(),
  table: Type.String(),
  severity: Type.String({ description: '`error`: unmet, it would have stopped the publication; `warning`: it is only told.' }),
  passed: Type.Boolean(),
  observed: Type.String(),
  expected: Type.String(),
});

export const Catalog = Type.Object(
  {
    version: Type.Integer(),
    tables: Type.Array(CatalogTable, { description: 'The lake: bronze, silver, keyed, gold.' }),
    views: Type.Array(CatalogView, { description: 'What requests are answered from.' }),
    dumps: Type.Array(CatalogDump, { description: 'The files that the version was made from.' }),
    validation: Type.Array(CatalogExpectation, { description: 'What was checked before publishing.' }),
    figures: Type.Record(Type.String(), Type.Number(), { description: 'Counts by name: dangling references, lines in quarantine, …' }),
  },
  { $id: 'Catalog', description: 'The data catalog of a version.' },
);
export type Catalog = Static<typeof Catalog>;

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

type TableFile = ShownManifest['tables'][number]['files'][number];

const partitionsOf = (files: readonly TableFile[]): Catalog['tables'][number]['partitions'] => {
  const parts = Map.groupBy(
    files.filter((file) => file.partition !== undefined),
    (file) => file.partition ?? '',
  );
  return [...parts].map(([name, members]) => ({
    name,
    rows: sum(members.map((file) => file.rows)),
    bytes: sum(members.map((file) => file.bytes)),
    files: members.length,
  }));
};

const tablesOf = (manifest: ShownManifest): Catalog['tables'] => {
  const entries = new Map(manifest.catalog.map((entry) => [entry.table, entry]));
  const loadedAt = new Map(manifest.dumps.map((dump) => [`bronze.${dump.dataset.replace('.', '_')}`, dump.loadedAt]));
  return manifest.tables.map(({ name, columns, rows, files }) => {
    const entry = entries.get(name);
    return {
      name,
      layer: name.slice(0, name.indexOf('.')),
      meaning: entry?.meaning ?? '',
      columns: columns.map((column) => ({ name: column.name, type: column.type })),
      rows,
      bytes: sum(files.map((file) => file.bytes)),
      files: files.length,
      partitions: partitionsOf(files),
      freshness: loadedAt.get(name) ?? manifest.cutAt,
      lineage: entry?.reads ?? [],
      retention: entry?.retention ?? '',
    };
  });
};

/** Only views that this code serves: of others it does not know the form. */
const viewsOf = (manifest: ShownManifest): Catalog['views'] =>
  manifest.views.flatMap(({ name, artefact, rows, built }) => {
    const layout = VIEWS.find((view) => view.name === name)?.layout;
    if (layout === undefined) return [];
    const { meaning = '', reads: lineage = [] } = manifest.catalog.find(({ table }) => table === `views.${name}`) ?? {};
    const columns = Object.entries(layout.columns).map(([column, type]) => ({ name: column, type }));
    return [{ name, artefact, rows, key: layout.key, columns, documents: [...layout.documents], built, meaning, lineage }];
  });

const dumpOf = (dump: ShownManifest['dumps'][number]): Catalog['dumps'][number] => ({
  dataset: dump.dataset,
  present: dump.present,
  source_file: dump.sourceFile ?? null,
  sha256: dump.sha256 ?? null,
  load_id: dump.loadId ?? null,
  loaded_at: dump.loadedAt ?? null,
  observed_at: dump.observedAt ?? null,
  lines: dump.lines ?? null,
  rows: dump.rows ?? null,
  rejected_lines: dump.rejectedLines ?? null,
});

export const catalogOf = (manifest: ShownManifest): Catalog => ({
  version: manifest.version,
  tables: tablesOf(manifest),
  views: viewsOf(manifest),
  dumps: manifest.dumps.map(dumpOf),
  validation: manifest.validation.map(({ name, table, severity, passed, observed, expected }) => ({
    name,
    table,
    severity,
    passed,
    observed,
    expected,
  })),
  figures: manifest.figures,
});
