import { keepIceberg, rollback } from '@rushes/batch';
import { openLake } from '@rushes/stores';
import { Option, type Command } from 'commander';

import { addCommand, done, storeSettings } from '../cli.ts';
import { wholeNumber } from '../whole-number.ts';

export const addBatchRollback = (batch: Command): Command =>
  addCommand<{ readonly to?: number }>(batch, 'rollback', {
    summary: 'serve an earlier version again',
    description:
      'Publishes an earlier version again, in seconds: nothing is computed and nothing is removed. A run that began before it will not undo it. Going forward again is one more rollback, --to the newer version.',
    settings: storeSettings(),
    options: [new Option('--to <VERSION>', 'which version; without it, the one before the current one').argParser(wholeNumber(1))],
    examples: [
      ['batch rollback --data data', 'back to the version before'],
      ['batch rollback --to 7', 'back to version 7'],
    ],
    run: async (invocation, { to }) => {
      const stores = await openLake(invocation);
      const publication = await rollback(stores, to);
      await keepIceberg(stores, { keepVersions: invocation.config.batch.keepVersions, logger: invocation.logger });
      invocation.output.result(publication, () => `Version ${publication.version} is served again (publication ${publication.number}).`);
      return done;
    },
  });
