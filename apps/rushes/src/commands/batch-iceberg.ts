import { type IcebergReport, removeIceberg, writeIceberg } from '@rushes/batch';
import { openLake } from '@rushes/stores';
import { Option, type Command } from 'commander';

import { addCommand, done, storeSettings } from '../cli.ts';
import { table } from '../table.ts';

const describe = ({ version, tables }: IcebergReport, columns: number): string => {
  const [first] = tables;
  const versions = [...new Set(tables.flatMap((one) => one.versions))].toSorted((a, b) => a - b);
  const leftOut = tables.flatMap(({ name, left_out: out }) => (out.length === 0 ? [] : [`${name}: ${out.join(', ')}`]));
  return [
    `main is version ${version}; tags: ${versions.map((one) => `v${one}`).join(', ')}. Every publication brings the tables up to date from now on.`,
    ...(leftOut.length === 0 ? [] : [`Versions left out, since a column had another type: ${leftOut.join('; ')}`]),
    table(
      ['table', 'rows', 'metadata'],
      tables.map(({ name, rows, metadata }) => [name, rows?.toLocaleString('en-US') ?? '-', metadata.slice(metadata.lastIndexOf('/') + 1)]),
      columns,
    ),
    ...(first === undefined ? [] : [`A table is a folder, such as ${first.location}`]),
  ].join('\n');
};

export const addBatchIceberg = (batch: Command): Command =>
  addCommand<{ readonly remove?: true }>(batch, 'iceberg', {
    summary: 'make Iceberg tables of the versions',
    description:
      'Writes metadata of Apache Iceberg (v2) beside the tables of the lake, so that other engines read them where they lie: a snapshot and a tag for each kept version. No data is read or copied. Once there, they follow every run and rollback. Given again, it writes what has changed.',
    settings: [...storeSettings(), 'batch.keepVersions'],
    options: [new Option('--remove', 'take the metadata away, and write no more')],
    examples: [
      ['batch iceberg --data data', 'tables for other engines, from now on'],
      ['batch iceberg --data data --json', 'where each table and its metadata is'],
      ['batch iceberg --data data --remove', 'no more of it'],
    ],
    run: async (invocation, { remove }) => {
      const stores = await openLake(invocation);
      if (remove === true) {
        await removeIceberg(stores);
        invocation.output.result({ removed: true }, () => 'The Iceberg metadata is gone; the tables of the lake are as they were.');
        return done;
      }
      const report = await writeIceberg(stores, { keepVersions: invocation.config.batch.keepVersions });
      invocation.output.result(report, () => describe(report, invocation.output.columns));
      return done;
    },
  });
