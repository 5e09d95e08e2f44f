import { type VersionWeights, weighVersion } from '@rushes/batch';
import { UsageError } from '@rushes/runtime';
import { openLakeToRead } from '@rushes/stores';
import { Argument, type Command } from 'commander';

import { addCommand, done, storeSettings } from '../cli.ts';
import { table } from '../table.ts';
import { wholeNumber } from '../whole-number.ts';

const MB = 1e6;
const megabytes = (bytes: number): string => (bytes / MB).toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const total = (weights: readonly { readonly bytes: number; readonly newBytes: number }[]) => ({
  bytes: weights.reduce((sum, one) => sum + one.bytes, 0),
  newBytes: weights.reduce((sum, one) => sum + one.newBytes, 0),
});

/** Sums by layer, then each table and view, the heaviest first. */
const describe = ({ version, parent, tables, views }: VersionWeights, columns: number): string => {
  const layers = [...Map.groupBy(tables, ({ name }) => name.slice(0, name.indexOf('.')))];
  const sums = [...layers.map(([layer, of]) => ({ name: layer, ...total(of) })), { name: 'views', ...total(views) }];
  const rows = (of: readonly { readonly name: string; readonly bytes: number; readonly newBytes: number }[]) =>
    of.map((one) => [one.name, megabytes(one.bytes), megabytes(one.newBytes)]);
  const after = parent === null ? 'all of it is new' : `new: what version ${parent} does not have`;
  return [
    `Version ${version}, in MB; ${after}`,
    table(['layer', 'weighs', 'new'], rows([...sums, { name: 'all', ...total(sums) }]), columns),
    '',
    table(
      ['table', 'rows', 'weighs', 'new'],
      tables.map((one) => [one.name, one.rows, megabytes(one.bytes), megabytes(one.newBytes)]),
      columns,
    ),
    '',
    table(
      ['view', 'rows', 'weighs', 'new'],
      views.map((one) => [one.name, one.rows, one.missing ? 'gone' : megabytes(one.bytes), megabytes(one.newBytes)]),
      columns,
    ),
  ].join('\n');
};

export const addBatchShow = (batch: Command): Command =>
  addCommand<{ readonly version: number }>(batch, 'show', {
    summary: 'show what weighs what in a version',
    description:
      'Shows the tables and views of a version with their rows, what they take on the disk, and how much of it came with this version.',
    settings: storeSettings(),
    arguments: [new Argument('<version>', 'its number, as `batch list` shows it').argParser(wholeNumber(1))],
    examples: [['batch show 7 --data data', 'version 7']],
    run: async (invocation, { version }) => {
      const weights = await weighVersion(await openLakeToRead(invocation), version);
      if (weights === undefined) throw new UsageError(`there is no version ${version}`, { hint: 'batch list shows those there are' });
      invocation.output.result(weights, () => describe(weights, invocation.output.columns));
      return done;
    },
  });
