import { resolve } from 'node:path';

import { downloadDatasets } from '@rushes/sources';
import { Option, type Command } from 'commander';

import { addCommand, done, settingsOf } from '../cli.ts';

export const addDownload = (program: Command): Command =>
  addCommand<{ readonly out: string }>(program, 'download', {
    summary: "fetch IMDb's seven files",
    description:
      "Fetches IMDb's seven files. What is there already and has not changed is not fetched again; what was cut off goes on where it stopped.\nThe files are IMDb's, for personal and non-commercial use: https://developer.imdb.com/non-commercial-datasets/",
    settings: settingsOf('download'),
    options: [new Option('--out <FOLDER>', 'folder for the files').makeOptionMandatory()],
    examples: [['download --out imdb', 'then: rushes up --imdb imdb']],
    narrates: true,
    run: async ({ config, logger, progress, lifecycle, output }, { out }) => {
      const folder = resolve(out);
      const datasets = await downloadDatasets({ folder, baseUrl: config.download.baseUrl }, { logger, progress, signal: lifecycle.signal });
      output.result({ folder, datasets }, () => `IMDb's ${datasets.length} files are in ${folder}. Use them: rushes up --imdb ${out}`);
      return done;
    },
  });
