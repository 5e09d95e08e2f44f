import { auditStores } from '@rushes/batch';
import { EXIT_CODES } from '@rushes/runtime';
import { openExistingStores } from '@rushes/stores';
import type { Command } from 'commander';

import { describeAudit } from '../audit-lines.ts';
import { addCommand, done, storeSettings } from '../cli.ts';

export const addAudit = (program: Command): Command =>
  addCommand(program, 'audit', {
    summary: 'compare what is kept with a recompute over all events',
    description:
      'Compares the states that the published version and the speed store keep with a plain recompute over all events, from the first one on. Reads only, and may run beside everything else. Files are compared with their checksums first. Exit code 5: something is damaged or different, and what it is is shown.',
    settings: [...storeSettings(), 'batch.memoryLimitMb', 'batch.threads'],
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
      output.result(report ?? { version: null }, () =>
        report === undefined ? 'Nothing has been published yet: there is nothing to compare.' : describeAudit(report),
      );
      return report !== undefined && report.differences + report.damages.length > 0 ? EXIT_CODES.different : done;
    },
  });
