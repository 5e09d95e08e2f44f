import { serveByWorkers, untilStopped } from '@rushes/app-serving';
import { servedSource } from '@rushes/batch';
import { openStoresToServe } from '@rushes/stores';
import type { Command } from 'commander';

import { addCommand, done, settingsOf, storeSettings } from '../cli.ts';
import { describeVersion } from '../source.ts';

export const addServe = (program: Command): Command =>
  addCommand(program, 'serve', {
    summary: 'answer HTTP requests from what is published in the data folder',
    description:
      'Answers HTTP requests from what is published in the data folder. Versions that are published meanwhile are taken up at once. A data folder that cannot be written to is served as well; nothing can be posted then.',
    settings: [...storeSettings(), 'stores.cache', ...settingsOf('http', 'rateLimit', 'overload', 'eventStreams', 'serving')],
    examples: [
      ['serve --data data --port 8080', 'serve the folder `data`'],
      ['serve --workers 4', 'with four processes on the one port, each on a core of its own'],
      ['serve --host 0.0.0.0 --rate-limit-per-minute 0', 'reachable from other machines, without a rate limit'],
    ],
    narrates: true,
    service: 'rushes-serving',
    run: async (invocation) => {
      const { output } = invocation;
      const stores = await openStoresToServe(invocation);
      const url = await serveByWorkers(invocation, stores);
      const served = await servedSource(stores);
      output.result({ event: 'listening', url, version: served?.version ?? null, origin: served?.origin ?? null }, () =>
        served === undefined
          ? `Rushes listens on ${url}; nothing is published yet (API: ${url}/docs). Ctrl-C ends it.`
          : `Rushes answers on ${url} from ${describeVersion(served)} (API: ${url}/docs). Ctrl-C ends it.`,
      );
      await untilStopped(invocation, stores);
      return done;
    },
  });
