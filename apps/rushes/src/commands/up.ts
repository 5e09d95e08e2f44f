import { join } from 'node:path';

import { openImdbSource, runOnSchedule } from '@rushes/app-batch';
import { serve } from '@rushes/app-serving';
import { project, startTmdb } from '@rushes/app-speed';
import { checkSource, type ImdbSource, nameOfSource, servedSource } from '@rushes/batch';
import { createMetrics, explainError } from '@rushes/runtime';
import { writeFilmSample } from '@rushes/sources';
import { KEY_HINT } from '@rushes/speed';
import { openStores } from '@rushes/stores';
import type { Command } from 'commander';

import { addCommand, done, settingsOf, type Invocation } from '../cli.ts';
import { describeRun } from '../run-report.ts';
import { describeVersion, takeSampleOption } from '../source.ts';

/** What was named, or a sample written into the data folder. */
const imdbSource = async ({ config, output }: Invocation, named: ImdbSource | undefined): Promise<ImdbSource> => {
  if (named !== undefined) return named;
  const folder = join(config.folders.data, 'sample');
  await writeFilmSample(folder);
  output.note('Using a sample of 3,201 films. For all of IMDb: `npx rushes download --out imdb`, then `npm start -- --imdb imdb`.');
  return folder;
};

const invitation = (url: string): string =>
  [
    'Try:',
    `  ${url}/movies?genre=Action&rating_gt=8&sort=rating&desc=true`,
    `  ${url}/top_movies?limit=5`,
    `  ${url}/search/movies?q=godfahter`,
    `  ${url}/docs`,
    'Ctrl-C ends it.',
  ].join('\n');

export const addUp = (program: Command): Command =>
  addCommand<{ readonly sample?: true }>(program, 'up', {
    summary: 'everything in one process: batch runs on a schedule, and the HTTP service',
    description:
      'Everything in one process: batch runs on a schedule, and the HTTP service. Answers are 503 until the first version is published; after that they come from the last one that was.\nWithout --imdb a sample of 3,201 films is used.',
    settings: settingsOf('folders', 'stores', 'http', 'rateLimit', 'overload', 'eventStreams', 'serving', 'batch', 'alert').filter(
      // Batch runs and the speed layer are in the one process too: who wants more cores for answers starts `serve` by itself.
      (key) => key !== 'batch.mode' && key !== 'serving.workers',
    ),
    options: [takeSampleOption()],
    examples: [
      ['up', 'the sample'],
      ['up --imdb imdb --data data --port 8080', "IMDb's files from the folder `imdb`"],
    ],
    narrates: true,
    service: 'rushes',
    run: async (invocation, { sample = false }) => {
      const { config, lifecycle, output } = invocation;
      const named = config.folders.imdb === undefined ? undefined : await openImdbSource(config);
      const stores = await openStores(invocation);
      await checkSource(stores, named, sample);
      const source = await imdbSource(invocation, named);
      const metrics = createMetrics();
      const tmdb = await startTmdb(invocation, stores, metrics);
      project(invocation, stores, metrics, tmdb);
      if (tmdb === undefined) invocation.logger.info(`TMDB is not polled, since no key is set. ${KEY_HINT}`);
      const url = await serve(invocation, stores, metrics);
      const served = await servedSource(stores);
      output.result({ event: 'listening', url, version: served?.version ?? null, origin: served?.origin ?? null }, () =>
        served === undefined
          ? `Rushes listens on ${url}; the first run is on its way.`
          : `Rushes answers on ${url} from ${describeVersion(served)}${served.source === nameOfSource(source) ? '' : `, until a run from ${nameOfSource(source)} is published`}.`,
      );
      if (served !== undefined) output.note(invitation(url));

      const schedule = runOnSchedule(invocation, stores, source, metrics, { takeSample: sample });
      const told = schedule.firstRun.then(
        (report) => {
          if (report === undefined || report.outcome === 'interrupted') return;
          output.result({ event: 'run', ...report }, () => describeRun(report));
          if (served === undefined && report.outcome === 'published') output.note(invitation(url));
        },
        (error: unknown) => {
          if (lifecycle.signal.aborted) return;
          const { message, hint } = explainError(error);
          output.result(
            { event: 'run_failed', message },
            () => `The run failed: ${message}${hint === undefined ? '' : `\n${hint}`}\nIt is tried again.`,
          );
        },
      );
      await lifecycle.stopRequested;
      await schedule.stop();
      await told;
      output.note('Stopping.');
      return done;
    },
  });
