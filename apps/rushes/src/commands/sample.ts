import { resolve } from 'node:path';

import { writeFilmSample, writeSyntheticSample } from '@rushes/sources';
import { Option, type Command } from 'commander';

import { addCommand, done } from '../cli.ts';
import { wholeNumber } from '../whole-number.ts';

interface SampleOptions {
  readonly out: string;
  readonly titles?: number;
  readonly seed: number;
}

export const addSample = (program: Command): Command =>
  addCommand<SampleOptions>(program, 'sample', {
    summary: "write sample files in the form of IMDb's",
    description:
      "Writes sample files in the form of IMDb's. Without --titles: 3,201 real films (from the package vega-datasets; no cast). With --titles: made-up titles in any number, the same for the same seed.",
    settings: [],
    options: [
      new Option('--out <FOLDER>', 'folder for the files').makeOptionMandatory(),
      new Option('--titles <N>', 'write this many made-up titles instead of the real films').argParser(wholeNumber(1)),
      new Option('--seed <S>', 'seed of the made-up titles').argParser(wholeNumber(0)).default(1),
    ],
    examples: [
      ['sample --out films', 'the real films'],
      ['sample --titles 100000 --seed 7 --out made-up', 'made-up titles, people, ratings and regional titles'],
    ],
    narrates: true,
    run: async ({ progress, lifecycle, output }, { out, titles, seed }) => {
      const folder = resolve(out);
      const report =
        titles === undefined
          ? await writeFilmSample(folder)
          : await writeSyntheticSample({ folder, titles, seed }, { progress, signal: lifecycle.signal });
      output.result(report, () => `The sample is in ${folder}. Use it: rushes up --imdb ${out}`);
      return done;
    },
  });
