import { listVersions, type VersionSummary } from '@rushes/batch';
import { formatDuration } from '@rushes/runtime';
import { openLakeToRead } from '@rushes/stores';
import { Option, type Command } from 'commander';

import { addCommand, done, storeSettings } from '../cli.ts';
import { table } from '../table.ts';
import { wholeNumber } from '../whole-number.ts';

const validationOf = ({ validation }: VersionSummary): string => {
  const unmet = validation.filter((expectation) => !expectation.passed);
  if (validation.length === 0) return '-';
  if (unmet.length === 0) return `${validation.length} passed`;
  return unmet.map(({ table: name, name: rule, severity }) => `${severity}: ${name} ${rule}`).join(', ');
};

const durationOf = ({ startedAt, finishedAt }: VersionSummary): string =>
  startedAt === undefined || finishedAt === undefined ? '-' : formatDuration(Date.parse(finishedAt) - Date.parse(startedAt));

const rowOf = (version: VersionSummary): readonly (string | number)[] => [
  `${version.version}${version.current ? ' *' : ''}`,
  version.outcome,
  version.origin ?? '-',
  version.startedAt ?? '-',
  version.cutAt ?? '-',
  durationOf(version),
  (version.rows['gold.imdb_titles'] ?? version.rows['silver.titles'] ?? 0).toLocaleString('en-US'),
  validationOf(version),
];

/** Tables with their rows, and steps with their durations, of one version. */
const detailsOf = ({ version, steps, rows, message }: VersionSummary, columns: number): string =>
  [
    `\nVersion ${version}${message === undefined ? '' : `: ${message}`}`,
    table(
      ['step', 'duration', 'rows'],
      steps.map((step) => [
        step.name,
        step.reused === true ? 'reused' : formatDuration(step.durationMs),
        step.rows?.toLocaleString('en-US') ?? '-',
      ]),
      columns,
    ),
    table(['table', 'rows'], Object.entries(rows), columns),
  ].join('\n');

export const addBatchList = (batch: Command): Command =>
  addCommand<{ readonly limit: number; readonly steps?: true }>(batch, 'list', {
    summary: 'show the last runs and their versions',
    description: 'Shows the last runs and their versions, the newest first. The version that is served is marked with *.',
    settings: storeSettings(),
    options: [
      new Option('--limit <N>', 'how many').argParser(wholeNumber(1)).default(12),
      new Option('--steps', 'each step with its duration, each table with its rows'),
    ],
    examples: [
      ['batch list --data data', 'the last twelve runs'],
      ['batch list --limit 1 --steps', 'the last run, step by step'],
    ],
    run: async (invocation, { limit, steps }) => {
      const versions = await listVersions(await openLakeToRead(invocation), limit);
      invocation.output.result({ versions }, () =>
        versions.length === 0
          ? 'There has been no run yet.'
          : [
              table(
                ['version', 'outcome', 'source', 'started', 'cut', 'duration', 'titles', 'validation'],
                versions.map(rowOf),
                invocation.output.columns,
              ),
              ...(steps === true ? versions.map((version) => detailsOf(version, invocation.output.columns)) : []),
            ].join('\n'),
      );
      return done;
    },
  });
