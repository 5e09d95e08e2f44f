import { auditStores, type AuditReport } from '@rushes/batch';
import { EXIT_CODES } from '@rushes/runtime';
import type { Command } from 'commander';

import { addCommand, done } from '../cli.ts';
import { openExistingStores } from '../embedded.ts';

const count = (value: number, of: string): string => `${value.toLocaleString('en-US')} ${of}`;

const describe = ({ version, events, states, missing, differences, first }: AuditReport): string => {
  const lines = [
    `Version ${version} and the epochs after it against ${count(events, 'events')}: ${count(states, 'states compared')}, ${count(differences, 'differences')}.`,
  ];
  if (missing.length > 0)
    lines.push(
      `${count(missing.length, 'epochs of partitions')} are not whole in the speed store: answers say "gap" until a batch run covers them.`,
    );
  if (first !== undefined)
    lines.push(
      `First: ${first.view} of ${first.key} in ${first.part} ${first.number}, ${first.partition}`,
      `  found     ${JSON.stringify(first.found)}`,
      `  expected  ${JSON.stringify(first.expected)}`,
      'Run `rushes batch run --full`: it computes everything from the archive of all events.',
    );
  return lines.join('\n');
};

export const addAudit = (program: Command): Command =>
  addCommand(program, 'audit', {
    summary: 'compare what is kept with a recompute over all events',
    description:
      'Compares the states that the published version and the speed store keep with a plain recompute over all events, from the first one on. Reads only, and may run beside everything else. Exit code 5: something is different, and the first difference is shown.',
    settings: ['folders.data', 'batch.memoryLimitMb', 'batch.threads'],
    examples: [['audit --data data', 'audit the folder `data`']],
    narrates: true,
    run: async (invocation) => {
      const { config, logger, progress, lifecycle, output } = invocation;
      const stores = await openExistingStores(invocation);
      const report = await auditStores(
        stores,
        { workFolder: stores.scratchFolder, memoryLimitMb: config.batch.memoryLimitMb, threads: config.batch.threads },
        { logger, progress, signal: lifecycle.signal },
      );
      output.result(report ?? { version: null }, () => (report === undefined ? 'Nothing has been published yet.' : describe(report)));
      return report !== undefined && report.differences > 0 ? EXIT_CODES.different : done;
    },
  });
