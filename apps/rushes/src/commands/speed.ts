import { projectAlone } from '@rushes/app-speed';
import { createMetrics } from '@rushes/runtime';
import { openExistingStores } from '@rushes/stores';
import type { Command } from 'commander';

import { addCommand, done, settingsOf, storeSettings } from '../cli.ts';

export const addSpeed = (program: Command): Command =>
  addCommand(program, 'speed', {
    summary: 'project the log, so that events show at once',
    description:
      'Projects the log of the data folder into its speed store, so that `rushes serve` shows events at once. Several may run: each takes a part of the partitions, and those of one that ends go to the others. `rushes up` does the same inside.',
    settings: [...storeSettings(), ...settingsOf('metrics')],
    examples: [
      ['speed --data data', 'beside `rushes serve --data data`'],
      ['speed --data data --metrics-port 9464', 'where Prometheus finds its metrics'],
    ],
    narrates: true,
    service: 'rushes-speed',
    run: async (invocation) => {
      const { config, output, lifecycle } = invocation;
      const url = await projectAlone(invocation, await openExistingStores(invocation), createMetrics());
      output.result(
        { event: 'projecting', data: config.folders.data, metrics: `${url}/metrics` },
        () => `Projecting the log (metrics: ${url}/metrics). Ctrl-C ends it.`,
      );
      await lifecycle.stopRequested;
      return done;
    },
  });
