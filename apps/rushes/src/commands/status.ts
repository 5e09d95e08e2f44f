import { readStatus, type BatchStatus } from '@rushes/batch';
import { formatDuration } from '@rushes/runtime';
import { openLakeToRead } from '@rushes/stores';
import type { Command } from 'commander';

import { addCommand, done, storeSettings } from '../cli.ts';
import { describeVersion } from '../source.ts';

const describe = ({ published, lastRun }: BatchStatus, folder: string): string => {
  const lines = [`Data folder  ${folder}`];
  if (published === undefined) {
    lines.push('Served       nothing is published yet');
  } else {
    const { publication, origin, source, ageS, dumps, absent, quarantinedLines, warnings } = published;
    const rolledBack = publication.reason === 'rollback' ? ', by a rollback' : '';
    lines.push(
      `Served       ${describeVersion({ version: publication.version, origin })}, published ${publication.publishedAt}${rolledBack}; its data were read ${formatDuration(ageS * 1_000)} ago`,
      `Source       ${source ?? 'unknown'}`,
      ...Object.entries(publication.views).map(([name, { rows }]) => `  view       ${name}: ${rows.toLocaleString('en-US')} rows`),
      ...dumps
        .filter((dump) => dump.present)
        .map(
          ({ dataset, rows = 0, rejectedLines = 0 }) =>
            `  file       ${dataset}: ${rows.toLocaleString('en-US')} rows, ${rejectedLines} rejected lines`,
        ),
      ...(dumps.length === 0 ? ['Files        unknown: the manifest of this version is not in the lake; run the batch layer'] : []),
      `Absent       ${absent.length === 0 ? 'no file' : `${absent.join(', ')}: ${origin === 'sample' ? 'the sample does not have them' : 'what needs them is empty'}`}`,
      `Quarantine   ${quarantinedLines.toLocaleString('en-US')} lines`,
      `Warnings     ${warnings === 0 ? 'none' : `${warnings}; \`rushes batch list\` shows them`}`,
    );
  }
  if (lastRun !== undefined)
    lines.push(
      `Last run     ${lastRun.version}, ${lastRun.outcome}${lastRun.message === undefined ? '' : `: ${lastRun.message}`} (${lastRun.startedAt ?? 'start unknown'})`,
    );
  return lines.join('\n');
};

export const addStatus = (program: Command): Command =>
  addCommand(program, 'status', {
    summary: 'show what is served, how old it is and what is missing',
    settings: storeSettings(),
    examples: [
      ['status --data data', 'what is served'],
      ['status --json', 'the same for programs'],
    ],
    run: async (invocation) => {
      const status = await readStatus(await openLakeToRead(invocation));
      invocation.output.result(status, () => describe(status, invocation.config.folders.data));
      return done;
    },
  });
