import { projectAlone, requireTmdb, startTmdb } from '@rushes/app-speed';
import { createMetrics } from '@rushes/runtime';
import { openExistingStores } from '@rushes/stores';
import { Option, type Command } from 'commander';

import { addCommand, done, settingsOf, storeSettings } from '../cli.ts';

export const addSpeed = (program: Command): Command =>
  addCommand<{ readonly tmdb?: true }>(program, 'speed', {
    summary: 'project the log, so that events show at once',
    description:
      'Projects the log of the data folder into its speed store, so that `rushes serve` shows events at once. Several may run: each takes a part of the partitions, and those of one that ends go to the others. `rushes up` does the same inside.',
    settings: [...storeSettings(), ...settingsOf('metrics')],
    options: [new Option('--tmdb', 'poll TMDB too: the setting tmdb.key (RUSHES_TMDB_KEY) has to be given')],
    examples: [
      ['speed --data data', 'beside `rushes serve --data data`'],
      ['speed --data data --metrics-port 9464', 'where Prometheus finds its metrics'],
      ['speed --data data --tmdb', 'with what TMDB says of films; of several processes one polls'],
    ],
    narrates: true,
    service: 'rushes-speed',
    run: async (invocation, { tmdb = false }) => {
      const { config, output, lifecycle } = invocation;
      // Before anything is opened: what is missing is told at once.
      if (tmdb) await requireTmdb(invocation);
      const [stores, metrics] = [await openExistingStores(invocation), createMetrics()];
      const standing = tmdb ? await startTmdb(invocation, stores, metrics) : undefined;
      const url = await projectAlone(invocation, stores, metrics, standing);
      output.result(
        { event: 'projecting', data: config.folders.data, metrics: `${url}/metrics` },
        () => `Projecting the log (metrics: ${url}/metrics). Ctrl-C ends it.`,
      );
      await lifecycle.stopRequested;
      return done;
    },
  });
