/**
 * The films of the package vega-datasets (BSD-3): 3,201 real films, gathered around 2010, as JSON.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { TerminalError } from '@rushes/runtime';
import Type, { type Static } from 'typebox';
import { Parse } from 'typebox/value';

const Film = Type.Object({
  Title: Type.Union([Type.String(), Type.Number(), Type.Null()]),
  'Release Date': Type.String(),
  'Running Time min': Type.Union([Type.Integer(), Type.Null()]),
  'Major Genre': Type.Union([Type.String(), Type.Null()]),
  'Creative Type': Type.Union([Type.String(), Type.Null()]),
  Director: Type.Union([Type.String(), Type.Null()]),
  'IMDB Rating': Type.Union([Type.Number(), Type.Null()]),
  'IMDB Votes': Type.Union([Type.Integer(), Type.Null()]),
});

export type Film = Static<typeof Film>;

/**
 * All films, in the package's order.
 * @throws TerminalError if the package's file is not what is expected of its version.
 */
export const readFilms = async (): Promise<readonly Film[]> => {
  // The package exports only its index; the data lie beside the folder of that.
  const file = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '../data/movies.json');
  try {
    return Parse(Type.Array(Film), JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new TerminalError(`the films of the package vega-datasets cannot be read from ${file}`, {
      hint: 'install the packages again with npm ci',
      cause,
    });
  }
};
