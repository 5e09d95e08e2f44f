import { createMetrics } from '@rushes/runtime';
import type { Command } from 'commander';

import { addCommand, done } from '../cli.ts';
import { openExistingStores } from '../embedded.ts';
import { project } from '../speed.ts';

export const addSpeed = (program: Command): Command =>
  addCommand(program, 'speed', {
    summary: 'project the log, so that events show at once',
    description:
      'Projects the log of the data folder into its speed store, so that `rushes serve` shows events at once. Several may run: each takes a part of the partitions, and those of one that ends go to the others. `rushes up` does the same inside.',
    settings: ['folders.data'],
    examples: [['speed --data data', 'beside `rushes serve --data data`']],
    run: async (invocation) => {
      const { output, lifecycle } = invocation;
      project(invocation, await openExistingStores(invocation), createMetrics());
      output.result({ event: 'projecting', data: invocation.config.folders.data }, () => 'Projecting the log. Ctrl-C ends it.');
      // Nothing else keeps the process alive while it waits for events.
      const alive = setInterval(() => undefined, 60_000);
      await lifecycle.stopRequested;
      clearInterval(alive);
      return done;
    },
  });
