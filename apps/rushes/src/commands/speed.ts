import { createMetrics, startOperationServer } from '@rushes/runtime';
import type { Command } from 'commander';

import { addCommand, done, settingsOf } from '../cli.ts';
import { openExistingStores } from '../embedded.ts';
import { project } from '../speed.ts';

export const addSpeed = (program: Command): Command =>
  addCommand(program, 'speed', {
    summary: 'project the log, so that events show at once',
    description:
      'Projects the log of the data folder into its speed store, so that `rushes serve` shows events at once. Several may run: each takes a part of the partitions, and those of one that ends go to the others. `rushes up` does the same inside.',
    settings: ['folders.data', ...settingsOf('metrics')],
    examples: [
      ['speed --data data', 'beside `rushes serve --data data`'],
      ['speed --data data --metrics-port 9464', 'where Prometheus finds its metrics'],
    ],
    narrates: true,
    run: async (invocation) => {
      const { config, output, logger, lifecycle } = invocation;
      const stores = await openExistingStores(invocation);
      const metrics = createMetrics();
      const speed = project(invocation, stores, metrics);
      const server = await startOperationServer({
        ...config.metrics,
        metrics,
        isLive: () => speed.isMember(),
        onTrouble: (message, err) => logger.warn({ err }, message),
      });
      lifecycle.onStop('the metrics', () => server.close());
      output.result(
        { event: 'projecting', data: config.folders.data, metrics: `${server.url}/metrics` },
        () => `Projecting the log (metrics: ${server.url}/metrics). Ctrl-C ends it.`,
      );
      await lifecycle.stopRequested;
      return done;
    },
  });
